import type { Decision } from './types.ts'

/** The JSON form of a decision, which calls the remedy `next`. */
export function toDecisionJson(decision: Decision) {
  if (decision.effect === 'allow') return decision
  const { remedy, ...rest } = decision
  return { ...rest, next: remedy }
}
