import type { Decision } from './types.ts'

/** The JSON form of a decision: the remedy is called `next`, and `granted` is left out. */
export function toDecisionJson(decision: Decision) {
  if (decision.effect === 'allow') {
    const { wouldBe, ...rest } = decision
    return wouldBe === undefined ? rest : { ...rest, wouldBe: withNext(wouldBe) }
  }
  if (decision.effect === 'deny') return withNext(decision)
  const { granted: _, ...rest } = decision
  return withNext(rest)
}

function withNext<T extends { readonly remedy: string }>({ remedy, ...rest }: T) {
  return { ...rest, next: remedy }
}
