import type { PolicyDocument } from '@rack-gateway/rbac-policy'
import type { PolicyImpact } from '@rack-gateway/rbac-policy/simulation'

/** What the process of a study is told; it answers each once. */
export type StudyQuestion =
  | { readonly kind: 'begin'; readonly current: PolicyDocument; readonly proposed: string }
  /** Events in their canonical form. */
  | { readonly kind: 'calls'; readonly canonical: readonly string[] }
  | { readonly kind: 'end'; readonly maxChanges: number }

export type StudyAnswer =
  /** Hash of the proposed document. */
  | { readonly kind: 'begun'; readonly policy: string }
  | { readonly kind: 'invalid'; readonly problems: readonly string[] }
  | { readonly kind: 'more' }
  | { readonly kind: 'impact'; readonly impact: PolicyImpact }
