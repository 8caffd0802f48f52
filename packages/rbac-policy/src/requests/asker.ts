import { contains } from '../compiled-policy/can-grant.ts'
import type { Binding, Principal } from '../model/types.ts'
import type { RequestRule, RequestSubject } from '../policy-document/policy-document.ts'

/** Racks and apps, as patterns. */
export interface RequestedScope {
  readonly racks: readonly string[]
  readonly apps: readonly string[]
}

/**
 * Whether a rule lets a principal ask. Only users ask. Grants do not count, because they are no bindings.
 *
 * @param scope null: in any scope
 * @param now milliseconds since the epoch
 */
export function mayAsk(rule: RequestRule, asker: Principal, scope: RequestedScope | null, now: number): boolean {
  return asker.kind === 'user' && rule.from.some((subject) => isSubject(subject, asker, scope, now))
}

function isSubject(
  { kind, name }: RequestSubject,
  asker: Principal,
  scope: RequestedScope | null,
  now: number,
): boolean {
  if (kind === 'group') return asker.groups.includes(name)
  // The name of a user is the email address.
  if (kind === 'user') return asker.name.toLowerCase() === name.toLowerCase()
  return asker.bindings.some(
    (binding) =>
      binding.role === name && isLiveBinding(binding, now) && (scope === null || containsAll(binding, scope)),
  )
}

export function isLiveBinding({ expiresAt }: Pick<Binding, 'expiresAt'>, now: number): boolean {
  return expiresAt === null || expiresAt > now
}

/** Whether one binding contains every rack and every app. */
export function containsAll({ racks, apps }: Pick<Binding, 'racks' | 'apps'>, scope: RequestedScope): boolean {
  return scope.racks.every((rack) => contains(racks, rack)) && scope.apps.every((app) => contains(apps, app))
}

/** Whether a rule allows requests for these racks and apps. */
export function coversScope({ racks, apps }: Pick<RequestRule, 'racks' | 'apps'>, scope: RequestedScope): boolean {
  const isCovered = (patterns: readonly string[], wanted: string) =>
    patterns.some((pattern) => contains(pattern, wanted))
  return scope.racks.every((rack) => isCovered(racks, rack)) && scope.apps.every((app) => isCovered(apps, app))
}
