import type { Decision } from './types.ts'

/** The JSON form of a decision: the remedy is called `next`, and `granted` is left out. */
export function toDecisionJson(decision: Decision) {
  if (decision.effect === 'allow') return decision
  if (decision.effect === 'deny') {
    const { remedy, ...rest } = decision
    return { ...rest, next: remedy }
  }
  const { remedy, granted: _, ...rest } = decision
  return { ...rest, next: remedy }
}
