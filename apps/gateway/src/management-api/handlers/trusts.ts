import { admissionWarning, decodeJwt, NoPublicUrl, trustTerms } from '@rack-gateway/auth'
import type { TrustTestRequest } from '@rack-gateway/gateway-api'
import type { FastifyInstance } from 'fastify'
import { invalid } from '../../errors/errors.ts'
import { assertCanGrant } from '../bindings/assert-can-grant.ts'
import { assertCanRevoke } from '../bindings/assert-can-revoke.ts'
import { assertFewScopes, readTerms, toBindingSummary } from '../bindings/bindings.ts'
import { rackWarnings, warningsMember } from '../bindings/rack-names.ts'
import type { Handlers, PrincipalCall } from '../calls/call.ts'
import { formatTime } from '../calls/format-time.ts'
import { pageRequest } from '../calls/page-request.ts'

type Row = Awaited<ReturnType<PrincipalCall['lists']['trust']>>

export const trustHandlers: Handlers<'listTrusts' | 'getTrust' | 'createTrust' | 'testTrusts' | 'revokeTrust'> = {
  async listTrusts({ lists, query }) {
    const { items, next } = await lists.trusts(pageRequest(query))
    return { items: items.map(toResponse), next }
  },

  async getTrust({ lists, id }) {
    return toResponse(await lists.trust(id))
  },

  async createTrust(outerCall) {
    const { server, body } = outerCall
    const { publicUrl } = server.managementApi
    if (publicUrl === null) throw new NoPublicUrl()
    const trust = trustTerms(body, publicUrl)
    const { role, scopes } = trust
    assertFewScopes(scopes)
    const { until, terms } = readTerms(body)
    const created = await outerCall.change(async function createTrust(call) {
      for (const scope of scopes) assertCanGrant(call, { role, ...scope, until })
      const id = await call.changes.createTrust(trust, terms)
      const patterns = scopes.map(({ racks }) => racks)
      const warnings = [...rackWarnings(call, patterns), admissionWarning(trust.conditions)]
      return { ...toResponse(await call.lists.trust(id)), ...warningsMember(warnings) }
    })
    server.workloads.forgetTrusts()
    return created
  },

  testTrusts: ({ server, body }) => server.workloads.test(readTested(body)),

  async revokeTrust(outerCall) {
    const revoked = await outerCall.change(async function revokeTrust(call) {
      const { lists, changes, id } = call
      await assertCanRevoke(call, { kind: 'trust', id })
      await changes.revokeTrust(id)
      return toResponse(await lists.trust(id))
    })
    outerCall.server.workloads.forgetTrusts()
    return revoked
  },
}

function toResponse({ bindings, maxAge, createdAt, revokedAt, ...trust }: Row) {
  const [first] = bindings
  return {
    ...trust,
    maxAgeSeconds: maxAge,
    role: first?.role ?? null,
    racks: first?.racks ?? null,
    apps: first?.apps ?? null,
    bindings: bindings.map(toBindingSummary),
    createdAt: createdAt.toISOString(),
    revokedAt: formatTime(revokedAt),
  }
}

/** The errors contain no part of a token. @throws InvalidRequest */
function readTested({ token, claims }: TrustTestRequest): Parameters<FastifyInstance['workloads']['test']>[0] {
  if (claims !== undefined && token === undefined) return { claims, header: null }
  if (token === undefined || claims !== undefined)
    throw invalid('A test needs either a token or claims.', 'Send one of `token` and `claims`.')
  const decoded = decodeJwt(token.trim())
  if (decoded !== null) return decoded
  throw invalid(
    'The token is not a JWT of at most 6,000 characters. A JWT has three parts with dots between them, and the first two parts are JSON.',
    'Copy the whole token, or send its claims.',
  )
}
