import type { PolicyDocument } from '@rack-gateway/rbac-policy'
import type { PolicyImpact } from '@rack-gateway/rbac-policy/simulation'

/** Messages to the process of a study. It answers each message once. */
export type StudyQuestion =
  | { readonly kind: 'begin'; readonly current: PolicyDocument; readonly proposed: string }
  /** Events in their canonical form. */
  | { readonly kind: 'calls'; readonly canonical: readonly string[] }
  | { readonly kind: 'end'; readonly maxChanges: number }

export type StudyAnswer =
  /** The hash of the proposed document. */
  | { readonly kind: 'begun'; readonly policy: string }
  | { readonly kind: 'invalid'; readonly problems: readonly string[] }
  | { readonly kind: 'more' }
  | { readonly kind: 'impact'; readonly impact: PolicyImpact }
