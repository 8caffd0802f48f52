import type { PolicyDocument } from '@rack-gateway/rbac-policy'
import type { PolicyProblem } from '@rack-gateway/rbac-policy/document'
import type { CurrentAccess, PolicyChange, PolicyImpact, WouldBe } from '@rack-gateway/rbac-policy/simulation'
import type { PolicySuggestion } from '@rack-gateway/rbac-policy/suggestion'

/** Messages to the process of a study. The process answers each message once. */
export type StudyQuestion =
  | { readonly kind: 'begin'; readonly current: PolicyDocument; readonly proposed: string }
  /** `rack`: only calls on this rack; null: on all racks. */
  | {
      readonly kind: 'begin-would-be'
      readonly current: PolicyDocument
      readonly access: CurrentAccess
      readonly rack: string | null
    }
  | {
      readonly kind: 'begin-suggestion'
      readonly current: PolicyDocument
      /** The YAML of `current`; null for the built-in policy. */
      readonly text: string | null
      readonly access: CurrentAccess
      readonly rack: string | null
    }
  /** Events in their canonical form. */
  | { readonly kind: 'calls'; readonly canonical: readonly string[] }
  | { readonly kind: 'end'; readonly maxChanges: number }
  | {
      readonly kind: 'check'
      readonly current: PolicyDocument
      readonly proposed: string
      readonly maxChanges: number
    }

export type StudyResult =
  /** The hash of the proposed document. */
  | { readonly kind: 'begun'; readonly policy: string }
  | { readonly kind: 'invalid'; readonly problems: readonly string[] }
  /** The process has evaluated the calls, and can take more. */
  | { readonly kind: 'more' }
  | { readonly kind: 'impact'; readonly impact: PolicyImpact }
  | { readonly kind: 'would-be'; readonly wouldBe: WouldBe }
  | { readonly kind: 'suggestion'; readonly suggestion: PolicySuggestion }
  | { readonly kind: 'checked'; readonly check: DocumentCheck }

export interface DocumentCheck {
  readonly valid: boolean
  readonly problems: PolicyProblem[]
  /** The hash of the proposed document; null if the document is not valid. */
  readonly proposed: string | null
  readonly warnings: string[]
  readonly changes: PolicyChange[]
  /** The number of changes that `changes` omits. */
  readonly more: number
}
