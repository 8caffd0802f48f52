import type { Explanation } from './explanation.ts'

/** A denial by the policy or the authentication. */
export interface Denial extends Explanation {
  readonly rule: string
  /** A line of the policy document or of the built-in policy, a policy package, `bindings`, or `gateway`. */
  readonly source: string
}

/** A denial by a rule of the gateway itself, which no configuration changes. */
export function denyByGateway<Rule extends string>(
  rule: Rule,
  reason: string,
  remedy: string,
): Denial & { readonly rule: Rule } {
  return Object.freeze({ rule, source: 'gateway', reason, remedy })
}

export function denyByBindings(rule: string, reason: string, remedy: string): Denial {
  return { rule, source: 'bindings', reason, remedy }
}
