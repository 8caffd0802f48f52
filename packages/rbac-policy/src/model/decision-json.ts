import type { DecidingGrant, Decision } from './types.ts'

/** The JSON form of a decision: the remedy is called `next`, and `granted` is left out. */
export function toDecisionJson({ grant, ...decision }: Decision) {
  return { ...withoutGrant(decision), ...(grant !== undefined && { grant: toGrantJson(grant) }) }
}

function toGrantJson({ id, expiresAt }: DecidingGrant) {
  return { id, expiresAt: new Date(expiresAt).toISOString() }
}

type WithoutGrant<T> = T extends unknown ? Omit<T, 'grant'> : never

function withoutGrant(decision: WithoutGrant<Decision>) {
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
