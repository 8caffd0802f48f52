import { canonicalJson } from '../policy-document.ts'

/** One thing that is otherwise under another document. */
export interface PolicyChange {
  /** `permits`: what was refused is permitted. `refuses`: the other way round. `changes`: neither for certain. */
  readonly effect: 'permits' | 'refuses' | 'changes'
  /** For whom; null: for everyone. */
  readonly role: string | null
  /** A permission, a command, an operation or a name, in words. */
  readonly what: string
}

export function everyone(effect: PolicyChange['effect'], what: string): PolicyChange {
  return { effect, role: null, what }
}

export function same(one: unknown, other: unknown): boolean {
  return canonicalJson(one) === canonicalJson(other)
}
