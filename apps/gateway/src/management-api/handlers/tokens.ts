import { NotFound } from '@rack-gateway/auth'
import { type ApiTokenGrant, secretStays } from '@rack-gateway/auth/store'
import type { Principal } from '@rack-gateway/rbac-policy'
import { NotPermitted, refusedBy } from '../../errors.ts'
import type { ChangingCall, Handlers, OwnCall } from '../call.ts'
import { apiPrefix, type Endpoints } from '../endpoints.ts'
import { lastingOf, shownGrant, standing } from '../grants.ts'
import { whoseList } from '../owner-filter.ts'
import { pageRequest } from '../page-request.ts'
import { mustBeRack, rackWarnings, warned } from '../rack-names.ts'
import { timeOf } from '../times.ts'
import { grantWords, mustHold, mustLastNoLonger, tokenEnd, wantedGrants } from '../token-limits.ts'

type Listed = Awaited<ReturnType<OwnCall['lists']['token']>>
type Names = 'listTokens' | 'getToken' | 'createToken' | 'revokeToken' | 'rotateToken' | 'handOverToken'

const hour = 3_600_000
const earlier = 'Rotate it with an earlier end first, or make a new one for that owner.'

export const tokenHandlers: Handlers<Names> = {
  async listTokens(call) {
    const owner = whoseList(call, call.query.owner, 'gateway:token:write')
    const { items, next } = await call.lists.tokens(pageRequest(call.query), owner === null ? {} : { owner })
    return { items: items.map(shown), next }
  },

  async getToken(call) {
    return shown(await reachable(call))
  },

  createToken: (asked) => asked.change(createToken),
  rotateToken: (asked) => asked.change(rotateToken),
  handOverToken: (asked) => asked.change(handOverToken),

  revokeToken: (asked) =>
    asked.change(async function revokeToken(call) {
      await reachable(call)
      await call.changes.revokeToken(call.id)
      return shown(await call.lists.token(call.id))
    }),
}

async function createToken(call: ChangingCall<Endpoints['createToken']>) {
  const { body, principal, changes } = call
  const { name, rack, sources = [], serviceAccount } = body
  if (!call.reaches(serviceAccount === undefined)) throw notForAccounts(call.policy)
  const expiresAt = tokenEnd(call, body, [grantWords(body)])
  const { lasting } = lastingOf({ reason: body.reason })
  const wanted = wantedGrants(call, body, serviceAccount === undefined ? null : expiresAt)
  const grants = wanted.map((grant) => ({ ...grant, ...lasting }))
  const owner =
    serviceAccount === undefined
      ? ({ kind: 'user', id: principal.id } as const)
      : ({ kind: 'service-account', id: serviceAccount } as const)
  const bound = rack === undefined ? boundWith(principal) : { rack }
  if (rack !== undefined) mustBeRack(call, rack)
  const { id, token } = await changes.createToken({ name, owner, grants, sources, expiresAt, ...bound })
  const warnings = body.racks === undefined ? [] : rackWarnings(call, [body.racks])
  return { ...shown(await call.lists.token(id)), token, ...warned(warnings) }
}

async function rotateToken(call: ChangingCall<Endpoints['rotateToken']>) {
  const { body, changes, lists, id, now } = call
  const held = await lists.token(id)
  const own = isOwn(held, call.principal)
  // A user's token speaks for them: nobody else gets to know a secret of it.
  if (!own && (held.serviceAccountId === null || !call.reaches(own))) throw new NotFound('such API token')
  const grants = grantsOf(held, now())
  const expiresAt = tokenEnd(
    call,
    body,
    grants.filter((grant) => grant.expiresAt === undefined),
  )
  for (const grant of grants) {
    // What ends by itself was given to a token that ended sooner, perhaps.
    mustLastNoLonger(call, { grant, end: expiresAt, next: 'Choose an earlier end.' })
    mustHold(call, grant, own ? null : expiresAt)
  }
  const { overlapHours = 24 } = body
  const { token } = await changes.rotateToken(id, {
    owner: ownerOf(held),
    expiresAt,
    overlapUntil: now() + overlapHours * hour,
  })
  return { ...shown(await lists.token(id)), token }
}

async function handOverToken(call: ChangingCall<Endpoints['handOverToken']>) {
  const { body, changes, lists, id, now } = call
  const held = await lists.token(id)
  // It is cut to its owner: with another one it could do more than before.
  const end = held.expiresAt.getTime()
  for (const grant of grantsOf(held, now())) {
    mustHold(call, grant, end)
    mustLastNoLonger(call, { grant, end, next: earlier })
  }
  const { kind, id: from } = ownerOf(held)
  await changes.handOverToken(id, { to: body.owner, from: { kind, id: from }, expiresAt: held.expiresAt.getTime() })
  return { ...shown(await lists.token(id)), note: secretStays, rotate: `${apiPrefix}/tokens/${id}/rotate` }
}

/** A token that the caller may know of. Whoever may not learns nothing from asking. */
async function reachable({
  lists,
  principal,
  id,
  reaches,
}: Pick<OwnCall, 'lists' | 'principal' | 'id' | 'reaches'>): Promise<Listed> {
  const token = await lists.token(id)
  const itself = principal.kind === 'api-token' && token.id === principal.id
  if (reaches(itself || isOwn(token, principal))) return token
  throw new NotFound('such API token')
}

function isOwn({ userId }: Listed, { kind, id }: Principal): boolean {
  return kind === 'user' && userId === id
}

/** What a rack-bound session makes is bound like itself. */
function boundWith({ rack }: Principal) {
  return rack === null ? {} : { rack }
}

function notForAccounts({ hash }: OwnCall['policy']): Error {
  return refusedBy(NotPermitted, {
    rule: 'no-permission',
    source: 'bindings',
    reason: 'A token of a service account needs gateway:service-account:write.',
    next: 'Ask an administrator of the gateway for it, or leave serviceAccount out.',
    policy: hash,
  })
}

/** What it may still do. */
function grantsOf({ grants }: Listed, now: number): ApiTokenGrant[] {
  return standing(grants, now).map(({ role, racks, apps, permissions, expiresAt }) => {
    const end = expiresAt === null ? {} : { expiresAt }
    return { role, racks, apps, ...end, ...(permissions !== null && { permissions }) }
  })
}

function shown(token: Listed) {
  const { id, name, prefix, rack, sources, grants, createdAt, expiresAt, usedFrom } = token
  return {
    id,
    name,
    prefix,
    owner: ownerOf(token),
    grants: grants.map(shownGrant),
    rack,
    sources: sources === '' ? [] : sources.split(' '),
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    revokedAt: timeOf(token.revokedAt),
    lastUsedAt: timeOf(token.usedAt),
    lastUsedFrom: usedFrom,
  }
}

function ownerOf({ userId, serviceAccountId, ownerEmail, ownerAccount }: Listed) {
  if (userId !== null) return { kind: 'user' as const, id: userId, name: ownerEmail ?? '' }
  return { kind: 'service-account' as const, id: serviceAccountId ?? '', name: ownerAccount ?? '' }
}
