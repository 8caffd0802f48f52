import { decidePlanned, type PlannedDecision } from '../planned-decision.ts'
import type { PolicyDocument } from '../policy-document.ts'
import type { Decision, Policy } from '../types.ts'
import type { CaseEffect, PolicyCase } from './policy-case.ts'

/** What came of a case. */
export interface CaseVerdict {
  readonly case: PolicyCase
  readonly passed: boolean
  readonly effect: CaseEffect
  /** Those that the effect comes from: of a refusal the first one, else those of every call. */
  readonly decisions: readonly Decision[]
}

/** Judges one case, by the same code as the gateway. */
export function judgeCase(
  one: PolicyCase,
  policy: Pick<Policy, 'decide' | 'holds' | 'hash'>,
  document: PolicyDocument,
): CaseVerdict {
  const { principal, rack, at, address, known, expected } = one
  const planned = one.calls.map((call) =>
    decidePlanned({ policy, document, principal, rack, at, address, known }, call),
  )
  const { effect, decisions } = outcomeOf(planned)
  const fits = decisions.some((decision) => decision.rule === expected.rule && says(decision, expected.reason))
  return { case: one, passed: effect === expected.effect && fits, effect, decisions }
}

function outcomeOf(planned: readonly PlannedDecision[]): { effect: CaseEffect; decisions: readonly Decision[] } {
  const refused = planned.find(({ decision }) => decision.effect !== 'allow')
  if (refused) return { effect: 'deny', decisions: [refused.decision] }
  const open = planned.flatMap(({ decision, otherwise }) => (otherwise ? [decision, otherwise.decision] : []))
  if (open.length > 0) return { effect: 'open', decisions: open }
  return { effect: 'allow', decisions: planned.map(({ decision }) => decision) }
}

function says(decision: Decision, part: string | null): boolean {
  const words = decision.effect === 'allow' ? decision.reason : `${decision.reason} ${decision.next}`
  return part === null || words.includes(part)
}
