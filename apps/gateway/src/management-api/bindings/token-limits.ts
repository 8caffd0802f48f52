import type { ApiTokenBinding } from '@rack-gateway/auth/store'
import { scopesIn, type TokenRequest } from '@rack-gateway/gateway-api'
import {
  individualPermissionsRole,
  type Policy,
  type TokenLimit,
  tokenLimit,
  type WantedBinding,
} from '@rack-gateway/rbac-policy'
import { durationInWords } from '@rack-gateway/time'
import { denialError, InvalidRequest } from '../../errors/errors.ts'
import type { PrincipalCall } from '../calls/call.ts'
import { assertCanGrant } from './assert-can-grant.ts'
import { assertFewScopes } from './bindings.ts'
import { readExpiry } from './read-expiry.ts'

type Context = Pick<PrincipalCall, 'server' | 'principal' | 'moment'>

interface ExpiryRequest {
  readonly lifetimeSeconds?: number
  readonly expiresAt?: string
}

/** Milliseconds since the epoch. @throws InvalidRequest for two expiries, or for an invalid or too late expiry */
export function tokenExpiry(
  call: Context,
  { lifetimeSeconds, expiresAt }: ExpiryRequest,
  bindings: readonly Pick<ApiTokenBinding, 'role' | 'permissions'>[],
): number {
  const { policy, clock } = call.server
  if (lifetimeSeconds !== undefined && expiresAt !== undefined)
    throw new InvalidRequest(
      '`lifetimeSeconds` and `expiresAt` cannot be combined.',
      'Use one of them, or neither for the default lifetime.',
    )
  const { document } = policy
  const limit = tokenLimit(document, bindings)
  if (lifetimeSeconds === undefined && expiresAt === undefined)
    return clock.now() + Math.min(document.tokens.defaultAge, limit.maxAge)
  const expiry = expiresAt === undefined ? clock.now() + (lifetimeSeconds ?? 0) * 1_000 : readExpiry(expiresAt)
  if (expiry <= clock.now() + limit.maxAge) return expiry
  throw tooLong(policy, limit, 'Choose an earlier expiry.')
}

/**
 * A later binding or another owner must not give a token permissions for longer than a new token could have them.
 *
 * @throws InvalidRequest
 */
export function assertAllowedLifetime(
  { server: { policy, clock } }: Context,
  { binding, expiry, remedy }: { readonly binding: ApiTokenBinding; readonly expiry: number; readonly remedy: string },
): void {
  const limit = tokenLimit(policy.document, [binding])
  const bindingExpiry = Math.min(expiry, binding.expiresAt?.getTime() ?? expiry)
  if (bindingExpiry > clock.now() + limit.maxAge) throw tooLong(policy, limit, remedy)
}

function tooLong({ hash }: Pick<Policy, 'hash'>, { maxAge, rule, source }: TokenLimit, remedy: string): Error {
  const reason = `An API token can have these permissions for at most ${durationInWords(maxAge)}.`
  return denialError(InvalidRequest, { rule, source, reason, remedy, policy: hash }, `${rule}, ${source}`)
}

/**
 * Without `racks`, `apps`, and `rack`, the token gets the role or permissions wherever its creator has them.
 *
 * @param until the expiry of a service account's token. Null for a token that its creator owns: the creator's current
 * bindings also limit each call with that token, so only the creator's current permissions are checked.
 */
export function requestedBindings(
  call: Context,
  { role, permissions, racks, apps, rack }: TokenRequest,
  until: number | null,
): readonly ApiTokenBinding[] {
  if ((role === undefined) === (permissions === undefined))
    throw new InvalidRequest('A token needs either a role or permissions.', 'Send one of the two.')
  const granted = roleOrPermissions({ role, permissions })
  if (racks !== undefined || apps !== undefined || rack !== undefined) {
    const bindings = scopesIn({ racks: racks ?? rack, apps }).map((scope) => ({ ...granted, ...scope }))
    assertFewScopes(bindings)
    for (const binding of bindings) assertCanGrantToToken(call, binding, until)
    return bindings
  }
  const everywhere = { ...granted, racks: '*', apps: '*' }
  if (canGrant(call, everywhere, until)) return [everywhere]
  const candidates = scopesOf(call).map((scope) => ({ ...granted, ...scope }))
  const bindings = candidates.filter((binding) => canGrant(call, binding, until))
  if (bindings.length === 0) assertCanGrantToToken(call, everywhere, until)
  return bindings
}

export function roleOrPermissions({
  role,
  permissions,
}: Pick<TokenRequest, 'role' | 'permissions'>): Pick<ApiTokenBinding, 'role' | 'permissions'> {
  return permissions === undefined ? { role: role ?? '' } : { role: individualPermissionsRole, permissions }
}

/**
 * @param until as in `requestedBindings`; a binding that expires earlier is checked until its own expiry
 * @throws InsufficientAuthority, InvalidRequest
 */
export function assertCanGrantToToken(call: Context, binding: ApiTokenBinding, until: number | null): void {
  assertCanGrant(call, bindingUntil(binding, until ?? call.moment.at), 'token')
}

function bindingUntil({ role, permissions, racks, apps, expiresAt }: ApiTokenBinding, until: number): WantedBinding {
  const end = Math.min(until, expiresAt?.getTime() ?? until)
  return { role, racks, apps, until: end, ...(permissions !== undefined && { permissions }) }
}

function canGrant(
  { server: { policy }, principal, moment }: Context,
  binding: ApiTokenBinding,
  until: number | null,
): boolean {
  return policy.canGrant(principal, bindingUntil(binding, until ?? moment.at), moment) === null
}

function scopesOf({ principal }: Context): { readonly racks: string; readonly apps: string }[] {
  const scopes = principal.bindings.map(({ racks, apps }) => ({ racks: principal.rack ?? racks, apps }))
  return [...new Map(scopes.map((scope) => [`${scope.racks} ${scope.apps}`, scope])).values()]
}
