import {
  bindingsInScope,
  type CompiledBinding,
  individualPermissionsRole,
  type PrincipalBindings,
} from '../compiled-policy/compiled-bindings.ts'
import type { CompiledDocument } from '../compiled-policy/compiled-document.ts'
import type { Allowed, Decision, Moment, Principal, RackCall } from '../model/types.ts'

/** What observe mode lets pass for a principal. Everything that is not here is enforced. */
export interface Leniency {
  /** Whether a permission or a role that the principal's own bindings lack is not required. */
  readonly own: boolean
  /** The same for the bindings of a token's owner. */
  readonly owner: boolean
  /** The answer for a command that no command rule allows. */
  readonly commands: 'any' | 'only-with-role'
}

const forUser: Leniency = { own: true, owner: false, commands: 'any' }
/** A token keeps its own scope. A token with individual permissions names no role, so no command rule is for it. */
const forToken: Leniency = { own: false, owner: true, commands: 'only-with-role' }

/**
 * Observe mode applies to users, and to tokens of users and service accounts, if the person or the service account has
 * a live binding on the rack to a role with a permission of the rack API. An auditor of the gateway has none. The trust
 * of a CI job is its scope, so observe mode never applies to jobs.
 *
 * @returns null if every decision about the principal is enforced
 */
export function leniencyOf(
  { observes }: Pick<CompiledDocument, 'observes'>,
  { kind }: Principal,
  bindings: PrincipalBindings,
  { rack, at, address }: Moment & { readonly rack: string },
): Leniency | null {
  if (observes === null || kind === 'workload' || !observes(rack, at)) return null
  const { own, owner } = bindingsInScope(bindings, { rack, app: null, scope: 'list' }, { at, address }).compiled
  if (kind === 'user') return own.some(concernsRacks) ? forUser : null
  return owner?.some(concernsRacks) === true ? forToken : null
}

function concernsRacks({ role }: CompiledBinding): boolean {
  return role.concernsRacks
}

/**
 * Observe mode never applies to calls whose response can contain secrets that cannot be masked, such as archives,
 * files, and dumps.
 */
export function isObservable({ route: { mask, permission } }: RackCall): boolean {
  return mask !== 'opaque' && permission !== 'secret:read'
}

/** @param own the principal's own bindings at the scope of the call */
export function passesCommands({ commands }: Leniency, own: readonly CompiledBinding[]): boolean {
  return commands === 'any' || own.some(({ role }) => role.name !== individualPermissionsRole)
}

/** The decision about a call that the policy does not allow, and that observe mode lets pass. */
export function allowObserved(
  { rule, source, reason, remedy, effect }: Exclude<Decision, { effect: 'allow' }>,
  lenient: Allowed,
): Allowed {
  return { ...lenient, ...observed, wouldBe: { effect, rule, source, reason, remedy } }
}

/** Whether only observe mode allows the call. Such a call has no proof of a second factor. */
export function isOnlyObserved(decision: Decision): boolean {
  return decision.effect === 'allow' && decision.wouldBe !== undefined
}

const observed = {
  rule: 'observe-mode',
  source: 'gateway',
  reason: 'The rack is in observe mode, so the call is allowed, and the decision of the policy is recorded.',
} as const
