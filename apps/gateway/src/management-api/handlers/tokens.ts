import { noSuchItem } from '@rack-gateway/auth'
import { type ApiTokenBinding, rotationNote } from '@rack-gateway/auth/store'
import { apiPrefix, type Endpoints } from '@rack-gateway/gateway-api'
import type { Policy, Principal } from '@rack-gateway/rbac-policy'
import { noPermission } from '../../errors/errors.ts'
import { assertCanRevoke } from '../bindings/assert-can-revoke.ts'
import { activeBindings, readTerms, toBindingSummary } from '../bindings/bindings.ts'
import { assertRackExists, rackWarnings, warningsMember } from '../bindings/rack-names.ts'
import {
  assertAllowedLifetime,
  assertCanGrantToToken,
  requestedBindings,
  roleOrPermissions,
  tokenExpiry,
} from '../bindings/token-limits.ts'
import type { Handlers, PrincipalCall, TransactionCall } from '../calls/call.ts'
import { formatTime } from '../calls/format-time.ts'
import { ownerFilter } from '../calls/owner-filter.ts'
import { pageRequest } from '../calls/page-request.ts'

type Row = Awaited<ReturnType<PrincipalCall['lists']['token']>>
type Names = 'listTokens' | 'getToken' | 'createToken' | 'revokeToken' | 'rotateToken' | 'handOverToken'

const rotateFirst = 'Rotate the token with an earlier expiry first, or create a new token for that owner.'

export const tokenHandlers: Handlers<Names> = {
  async listTokens(call) {
    const owner = ownerFilter(call, call.query.owner, 'gateway:token:write')
    const { items, next } = await call.lists.tokens(pageRequest(call.query), owner === null ? {} : { owner })
    return { items: items.map(toResponse), next }
  },

  async getToken(call) {
    return toResponse(await findAccessible(call))
  },

  createToken: (outerCall) => outerCall.change(createToken),
  rotateToken: (outerCall) => outerCall.change(rotateToken),
  handOverToken: (outerCall) => outerCall.change(handOverToken),

  revokeToken: (outerCall) =>
    outerCall.change(async function revokeToken(call) {
      const token = await findAccessible(call)
      const own = isSelf(token, call.principal) || isOwn(token, call.principal)
      await assertCanRevoke(call, { kind: 'api-token', id: token.id }, { own })
      await call.changes.revokeToken(call.id)
      return toResponse(await call.lists.token(call.id))
    }),
}

async function createToken(call: TransactionCall<Endpoints['createToken']>) {
  const { body, principal, changes } = call
  const { name, rack, sources = [], serviceAccount } = body
  if (!call.canAccess(serviceAccount === undefined)) throw serviceAccountDenied(call.server.policy)
  const expiresAt = tokenExpiry(call, body, [roleOrPermissions(body)])
  const { terms } = readTerms({ reason: body.reason })
  const requested = requestedBindings(call, body, serviceAccount === undefined ? null : expiresAt)
  const bindings = requested.map((binding) => ({ ...binding, ...terms }))
  const owner =
    serviceAccount === undefined
      ? ({ kind: 'user', id: principal.id } as const)
      : ({ kind: 'service-account', id: serviceAccount } as const)
  const boundTo = rack === undefined ? rackOf(principal) : { rack }
  if (rack !== undefined) assertRackExists(call, rack)
  const { id, token } = await changes.createToken({ name, owner, bindings, sources, expiresAt, ...boundTo })
  const warnings = rackWarnings(call, [body.racks ?? []].flat())
  return { ...toResponse(await call.lists.token(id)), token, ...warningsMember(warnings) }
}

async function rotateToken(call: TransactionCall<Endpoints['rotateToken']>) {
  const { server, body, changes, lists, id } = call
  const { clock } = server
  const token = await lists.token(id)
  const isOwner = isOwn(token, call.principal)
  // A user's token acts as that user, so nobody else may receive its secret.
  if (!isOwner && (token.serviceAccountId === null || !call.canAccess(isOwner))) throw noSuchItem('API token')
  const bindings = bindingsOf(token, clock.now())
  const expiresAt = tokenExpiry(
    call,
    body,
    bindings.filter((binding) => binding.expiresAt === undefined),
  )
  for (const binding of bindings) {
    // The previous expiry of the token could be earlier than the binding's expiry, so the binding is checked again.
    assertAllowedLifetime(call, { binding, expiry: expiresAt, remedy: 'Choose an earlier expiry.' })
    assertCanGrantToToken(call, binding, isOwner ? null : expiresAt)
  }
  const { overlapSeconds = 86_400 } = body
  const { token: secret } = await changes.rotateToken(id, {
    owner: ownerOf(token),
    expiresAt,
    overlapUntil: clock.now() + overlapSeconds * 1_000,
  })
  return { ...toResponse(await lists.token(id)), token: secret }
}

async function handOverToken(call: TransactionCall<Endpoints['handOverToken']>) {
  const { server, body, changes, lists, id } = call
  const { clock } = server
  const token = await lists.token(id)
  // A token has no more permissions than its owner, so another owner could extend the token's permissions.
  const expiry = token.expiresAt.getTime()
  for (const binding of bindingsOf(token, clock.now())) {
    assertCanGrantToToken(call, binding, expiry)
    assertAllowedLifetime(call, { binding, expiry, remedy: rotateFirst })
  }
  const { kind, id: ownerId } = ownerOf(token)
  await changes.changeTokenOwner(id, {
    newOwner: body.owner,
    previousOwner: { kind, id: ownerId },
    expiresAt: expiry,
  })
  return { ...toResponse(await lists.token(id)), note: rotationNote, rotate: `${apiPrefix}/tokens/${id}/rotate` }
}

/** The same error as for an unknown ID, so that a caller without access does not learn that the token exists. */
async function findAccessible({
  lists,
  principal,
  id,
  canAccess,
}: Pick<PrincipalCall, 'lists' | 'principal' | 'id' | 'canAccess'>): Promise<Row> {
  const token = await lists.token(id)
  if (canAccess(isSelf(token, principal) || isOwn(token, principal))) return token
  throw noSuchItem('API token')
}

function isSelf({ id }: Row, principal: Principal): boolean {
  return principal.kind === 'api-token' && id === principal.id
}

function isOwn({ userId }: Row, { kind, id }: Principal): boolean {
  return kind === 'user' && userId === id
}

/** A session that is valid for a single rack creates tokens for that rack only. */
function rackOf({ rack }: Principal) {
  return rack === null ? {} : { rack }
}

function serviceAccountDenied(policy: Pick<Policy, 'hash'>): Error {
  return noPermission(
    'A token for a service account requires the permission gateway:service-account:write.',
    'Ask an administrator of the gateway for it, or leave serviceAccount out.',
    policy,
  )
}

function bindingsOf({ bindings }: Row, now: number): ApiTokenBinding[] {
  return activeBindings(bindings, now).map(({ role, racks, apps, permissions, expiresAt }) => {
    const expiry = expiresAt === null ? {} : { expiresAt }
    return { role, racks, apps, ...expiry, ...(permissions !== null && { permissions }) }
  })
}

function toResponse(token: Row) {
  const { id, name, prefix, rack, sources, bindings, createdAt, expiresAt, usedFrom } = token
  return {
    id,
    name,
    prefix,
    owner: ownerOf(token),
    bindings: bindings.map(toBindingSummary),
    rack,
    sources: sources === '' ? [] : sources.split(' '),
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    revokedAt: formatTime(token.revokedAt),
    lastUsedAt: formatTime(token.usedAt),
    lastUsedFrom: usedFrom,
  }
}

function ownerOf({ userId, serviceAccountId, ownerEmail, ownerAccount }: Row) {
  if (userId !== null) return { kind: 'user' as const, id: userId, name: ownerEmail ?? '' }
  return { kind: 'service-account' as const, id: serviceAccountId ?? '', name: ownerAccount ?? '' }
}
