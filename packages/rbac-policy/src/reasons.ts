import { listed, type Obstacle, shown } from '@rack-gateway/command-matcher'
import type { Barred } from './grants.ts'
import type { Refusal } from './refusals.ts'
import type { Permission, Place, Principal, PrincipalKind, RackCall } from './types.ts'

/** Whose bindings fell short: the caller's own, or those of a token's owner. */
export type Side = 'own' | 'owner'

export function boundElsewhere(principal: Principal, call: RackCall): Refusal {
  return {
    rule: 'rack-bound',
    source: 'bindings',
    reason: `This ${credentialName[principal.kind]} is only good on the rack ${shown(principal.rack ?? '')}, and this call is for ${shown(call.rack)}.`,
    next: 'Use that rack, or a credential that is not bound to it.',
  }
}

export function noBinding(principal: Principal, place: Place, side: Side): Refusal {
  const who = whose(principal, side)
  const where = place.scope === 'app' ? `on ${shown(place.app ?? 'an app without a name')} of` : 'on'
  const reason =
    place.scope === 'rack'
      ? `This concerns all of the rack ${shown(place.rack)}, and ${who} no role there on every app.`
      : `${capital(who)} no role ${where} the rack ${shown(place.rack)}.`
  return { rule: 'no-binding', source: 'bindings', reason, next: ask }
}

/** `needs`: who has the permission; `here`: the roles that are held. */
export function noPermission(
  principal: Principal,
  place: Place,
  missing: { permission: Permission; side: Side; needs: string; here: string },
): Refusal {
  const { permission, side, here } = missing
  const what = `${permission} on ${shown(place.scope === 'app' ? (place.app ?? '') : place.rack)}`
  const who = side === 'owner' ? 'the owner of this token is' : subject(principal)
  const reason = `${what} ${missing.needs}; ${who} ${here} on ${shown(place.rack)}.`
  return { rule: 'no-permission', source: 'bindings', reason, next: ask }
}

/** Says which role would do, if it held now and for this caller. */
export function barredBy({ grant, reason, next }: Barred): Refusal {
  const { name, source } = grant.role
  return { rule: `condition:${name}`, source, reason: `The role ${shown(name)} holds ${reason}.`, next }
}

const callerNames = { user: 'people', 'api-token': 'API tokens', workload: 'CI jobs' } as const

/** Says for whom something is. */
export function callerObstacle(callers: readonly PrincipalKind[] | null): Obstacle {
  const who = listed((callers ?? []).map((caller) => callerNames[caller]))
  return { reason: `only for ${who}`, next: `Use it as one of those, or ask an administrator of the gateway.` }
}

const credentialName = { user: 'session', 'api-token': 'token', workload: 'job' } as const

const ask = 'Ask an administrator of the gateway for a role that has it.'

/** Which roles would do. */
export function needs(able: readonly string[]): string {
  if (able.length === 0) return 'is in no role'
  if (able.length === 1) return `needs the role ${shown(able.join(''))}`
  return `needs one of the roles ${listed(able.map(shown))}`
}

function subject({ kind }: Principal): string {
  switch (kind) {
    case 'user':
      return 'you are'
    case 'api-token':
      return 'this token is'
    case 'workload':
      return 'this job is'
  }
}

function whose(principal: Principal, side: Side): string {
  if (side === 'owner') return 'the owner of this token has'
  return subject(principal).replace(/are$/, 'have').replace(/is$/, 'has')
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}
