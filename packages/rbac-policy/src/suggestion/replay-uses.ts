import { individualPermissionsRole, unlimitedBinding } from '../compiled-policy/compiled-bindings.ts'
import type { Binding, Decision, Principal } from '../model/types.ts'
import { compilePolicy } from '../policy/policy.ts'
import type { PolicyDocument } from '../policy-document/policy-document.ts'
import { createCallers } from '../simulation/recorded-call.ts'
import { groupBy } from './group-by.ts'
import type { Use } from './recorded-uses.ts'
import { keyOf, type Subject } from './subject.ts'
import type { SuggestedBinding } from './suggestion.ts'

export interface ReplayedUse {
  readonly use: Use
  readonly decision: Decision
}

/** A user can prove a second factor, so a call that needs one is not denied. For tokens and jobs, it is a denial. */
export function isDenied({ effect }: Decision): boolean {
  return effect === 'deny'
}

/** Bindings by the key of their subject. */
export type HeldBindings = ReadonlyMap<string, readonly Binding[]>

/** Decides the recorded calls again, by a document and with only the suggested and the kept bindings. */
export function replayUses(
  uses: readonly Use[],
  document: PolicyDocument,
  { suggested, kept }: { readonly suggested: readonly SuggestedBinding[]; readonly kept: HeldBindings },
): ReplayedUse[] {
  const policy = compilePolicy(document)
  const principalFor = createSuggestedPrincipals(suggested, kept)
  return uses.map((use) => {
    const { call } = use.sample
    const release = call.release === null ? null : { ...call.release, newest: false }
    return { use, decision: policy.decide(principalFor(use), { ...call, release }) }
  })
}

/** A token keeps its own roles, because they are its scope. */
function createSuggestedPrincipals(
  suggested: readonly SuggestedBinding[],
  kept: HeldBindings,
): (use: Use) => Principal {
  const callers = createCallers()
  const bindings = groupBy(suggested, ({ subject }) => keyOf(subject))
  const principals = new Map<string, Principal>()
  const bindingsOf = (subject: Subject): Binding[] => [
    ...(kept.get(keyOf(subject)) ?? []),
    ...(bindings.get(keyOf(subject)) ?? []).flatMap(({ role, rack, apps }) =>
      apps.map((app) => ({ id: `${role} ${rack} ${app}`, role, racks: rack, apps: app, expiresAt: null })),
    ),
  ]
  return function principalFor({ caller, holder, sample: { recorded } }) {
    const { roles = [] } = recorded.principal
    const key = JSON.stringify([keyOf(caller), keyOf(holder), roles])
    const found = principals.get(key)
    if (found !== undefined) return found
    const kind = caller.kind === 'trust' ? 'workload' : caller.kind === 'api-token' ? 'api-token' : 'user'
    const base = callers.find(recorded, kind)
    const ownScope =
      kind === 'api-token' ? roles.filter((role) => role !== individualPermissionsRole).map(unlimitedBinding) : []
    const owner = base.owner && { ...base.owner, bindings: bindingsOf(holder) }
    const principal = { ...base, owner, bindings: [...ownScope, ...bindingsOf(caller)] }
    principals.set(key, principal)
    return principal
  }
}
