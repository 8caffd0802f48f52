import { canonicalJson } from '../policy-document/policy-document.ts'

export interface PolicyChange {
  /**
   * `allows`: the later document allows something that the earlier one denies. `denies`: the opposite. `changes`:
   * either is possible.
   */
  readonly effect: 'allows' | 'denies' | 'changes'
  /** The affected role; null for everyone. */
  readonly role: string | null
  /** Describes a permission, a command, an operation, or a name. */
  readonly what: string
}

export function changeForEveryone(effect: PolicyChange['effect'], what: string): PolicyChange {
  return { effect, role: null, what }
}

export function isEqual(one: unknown, other: unknown): boolean {
  return canonicalJson(one) === canonicalJson(other)
}
