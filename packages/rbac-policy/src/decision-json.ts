import type { Decision } from './types.ts'

/** The JSON form of a decision, which calls the remedy `next`. */
export function toDecisionJson(decision: Decision) {
  if (decision.effect === 'allow') return decision
  if (decision.effect === 'deny') {
    const { remedy, ...rest } = decision
    return { ...rest, next: remedy }
  }
  const { remedy, granted: _, ...rest } = decision
  return { ...rest, next: remedy }
}
