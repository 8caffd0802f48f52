import { inMessage, namesInMessage } from '@rack-gateway/command-matcher'
import { type Denial, denyByBindings } from '@rack-gateway/errors'
import type { Permission, PolicyScope, Principal, RackCall } from '../model/types.ts'
import type { FailedCondition, RoleSet } from './compiled-bindings.ts'

/** Whose bindings lack the permission: the bindings of the caller, or of a token's owner. */
export type Side = 'own' | 'owner'

export function boundToOtherRack(principal: Principal, call: RackCall): Denial {
  return denyByBindings(
    'rack-bound',
    `This ${credentialName[principal.kind]} is valid only for the rack ${inMessage(principal.rack ?? '')}, and this call is for ${inMessage(call.rack)}.`,
    'Use that rack, or a credential that is not bound to it.',
  )
}

export function noBinding(principal: Principal, scope: PolicyScope, side: Side): Denial {
  return denyByBindings('no-binding', noBindingReason(principal, scope, side), askForRole)
}

function noBindingReason({ kind }: Principal, { rack, app, scope }: PolicyScope, side: Side): string {
  if (scope === 'rack') {
    const who = side === 'owner' ? 'the owner of this token has' : hasWords[kind]
    return `This call affects the whole rack ${inMessage(rack)}, and ${who} no role on all of its apps.`
  }
  const who = side === 'owner' ? 'The owner of this token has' : hasWordsFirst[kind]
  const where = scope === 'app' ? `on ${inMessage(app ?? 'an app without a name')} of` : 'on'
  return `${who} no role ${where} the rack ${inMessage(rack)}.`
}

/**
 * @param missing `required`: the roles that have the permission; `held`: the roles of the caller or of the owner, as
 *   `side` says
 */
export function noPermission(
  principal: Principal,
  scope: PolicyScope,
  missing: { readonly side: Side; readonly required: RequiredRolesText; readonly held: Pick<RoleSet, 'rolesOnText'> },
): Denial {
  const { side, required, held } = missing
  const where = inMessage(scope.scope === 'app' ? (scope.app ?? '') : scope.rack)
  const who = side === 'owner' ? 'the owner of this token has' : hasWords[principal.kind]
  const reason = `${required.what}${where}${required.by}${who}${held.rolesOnText}${inMessage(scope.rack)}.`
  return denyByBindings('no-permission', reason, askAdministrator)
}

export function proxyReason(
  { kind }: Principal,
  rack: string,
  { roles, rolesOnText }: Pick<RoleSet, 'roles' | 'rolesOnText'>,
  { resource, other }: { readonly resource: RequiredRolesText; readonly other: RequiredRolesText },
): string {
  const who = `${hasWords[kind]}${roles.length === 0 ? ' no role on all apps of ' : rolesOnText}`
  const needed = `resource:proxy, for a resource of an app,${resource.by}proxy:open, for any other address,${other.by}`
  return `${needed}${who}${inMessage(rack)}.`
}

export function denyByCondition({ binding, reason, remedy }: FailedCondition): Denial {
  const { name, source } = binding.role
  return { rule: `condition:${name}`, source, reason: `The role ${inMessage(name)} applies ${reason}.`, remedy }
}

const credentialName = { user: 'session', 'api-token': 'token', workload: 'job' } as const

const askForRole = 'Ask an administrator of the gateway for a role.'
const askAdministrator = 'Ask an administrator of the gateway for a role that has it.'

/** The text of a denial about a permission, before and after the scope. */
export interface RequiredRolesText {
  /** Such as `app:delete on `. */
  readonly what: string
  /** Such as ` needs the role admin; `. */
  readonly by: string
}

export function requiredRolesText(permission: Permission, roles: readonly string[]): RequiredRolesText {
  return { what: `${permission} on `, by: ` ${needsWhich(roles)}; ` }
}

function needsWhich(roles: readonly string[]): string {
  if (roles.length === 0) return 'is in no role'
  if (roles.length === 1) return `needs the role ${inMessage(roles.join(''))}`
  return `needs one of the roles ${namesInMessage(roles)}`
}

const hasWords = { user: 'you have', 'api-token': 'this token has', workload: 'this job has' } as const
const hasWordsFirst = { user: 'You have', 'api-token': 'This token has', workload: 'This job has' } as const
