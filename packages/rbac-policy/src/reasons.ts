import { listed, shown } from '@rack-gateway/command-matcher'
import { type Grant, type Place, roleNames } from './grants.ts'
import type { Permission, Principal, RackCall } from './types.ts'

/** Whose bindings fell short: the caller's own, or those of a token's owner. */
export type Side = 'own' | 'owner'

export function boundElsewhere(principal: Principal, call: RackCall): string {
  return (
    `This ${credentialName[principal.kind]} is only good on the rack ${shown(principal.rack ?? '')}, and this call is for ${shown(call.rack)}. ` +
    'Use that rack, or a credential that is not bound to it.'
  )
}

export function noBinding(principal: Principal, place: Place, side: Side): string {
  const who = whose(principal, side)
  if (place.scope === 'rack') {
    return `This concerns all of the rack ${shown(place.rack)}, and ${who} no role there on every app. ${ask}`
  }
  const where = place.scope === 'app' ? `on ${shown(place.app ?? 'an app without a name')} of` : 'on'
  return `${capital(who)} no role ${where} the rack ${shown(place.rack)}. ${ask}`
}

/** `able`: the roles that have the permission. */
export function noPermission(
  principal: Principal,
  place: Place,
  missing: { permission: Permission; side: Side; able: readonly string[]; here: readonly Grant[] },
): string {
  const { permission, side, able, here } = missing
  const what = `${permission} on ${shown(place.scope === 'app' ? (place.app ?? '') : place.rack)}`
  const who = side === 'owner' ? 'the owner of this token is' : subject(principal)
  return `${what} ${needs(able)}; ${who} ${listed(roleNames(here).map(shown))} on ${shown(place.rack)}. ${ask}`
}

const credentialName = { user: 'session', 'api-token': 'token', workload: 'job' } as const

const ask = 'Ask an administrator of the gateway for a role that has it.'

function needs(able: readonly string[]): string {
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
