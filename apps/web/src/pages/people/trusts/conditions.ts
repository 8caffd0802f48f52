import type { TrustCondition } from '@rack-gateway/gateway-api'

export type Requirement = 'equals' | 'oneOf' | 'pattern' | 'empty'

export interface ConditionValues {
  /** Distinguishes rows of the form. */
  readonly key: number
  readonly claim: string
  readonly requirement: Requirement
  readonly value: string
}

/** A value such as `true`, `7`, or `"7"` has its JSON type. Other text is a string. */
export function conditionOf({ claim: typedClaim, requirement, value }: ConditionValues): TrustCondition {
  const claim = typedClaim.trim()
  switch (requirement) {
    case 'equals':
      return { claim, equals: claimValue(value) }
    case 'oneOf':
      return { claim, oneOf: value.split(',').map(claimValue) }
    case 'pattern':
      return { claim, pattern: value.trim() }
    case 'empty':
      return { claim, empty: true }
  }
}

function claimValue(text: string): string | number | boolean {
  const trimmed = text.trim()
  try {
    const value: unknown = JSON.parse(trimmed)
    if (typeof value === 'string' || typeof value === 'boolean' || Number.isSafeInteger(value)) return value as string
  } catch {
    // The text is not JSON.
  }
  return trimmed
}
