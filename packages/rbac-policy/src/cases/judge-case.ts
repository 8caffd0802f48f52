import { listed } from '@rack-gateway/command-matcher'
import { decidePlanned, type PlannedDecision } from '../planned-decision.ts'
import type { PolicyDocument } from '../policy-document.ts'
import type { Decision, Policy } from '../types.ts'
import { seeValues } from './expected-values.ts'
import type { CaseEffect, PolicyCase } from './policy-case.ts'

/** What came of a case. */
export interface CaseVerdict {
  /** What else isn't as expected: values that are shown or hidden, and the recording. Each a sentence without its full stop. */
  readonly otherwise: readonly string[]
  readonly case: PolicyCase
  readonly passed: boolean
  readonly effect: CaseEffect
  /** Those that the effect comes from: of a refusal the first one, else those of every call. */
  readonly decisions: readonly Decision[]
}

/** Judges one case, by the same code as the gateway. */
export function judgeCase(one: PolicyCase, policy: JudgedBy, document: PolicyDocument): CaseVerdict {
  const { principal, rack, at, address, known, expected } = one
  const planned = one.calls.map((call) =>
    decidePlanned({ policy, document, principal, rack, at, address, known }, call),
  )
  const { effect, decisions } = outcomeOf(planned)
  const fits = decisions.some((decision) => decision.rule === expected.rule && says(decision, expected.reason))
  const otherwise = [
    ...seeValues(one, policy).otherwise,
    ...recordedOtherwise(
      expected.recording,
      decisions.flatMap((decision) => policy.recordingBy(decision) ?? []),
    ),
  ]
  const passed = effect === expected.effect && fits && otherwise.length === 0
  return { case: one, passed, effect, decisions, otherwise }
}

/** A policy, and what it makes of the calls that it decided. */
export interface JudgedBy extends Pick<Policy, 'decide' | 'holds' | 'hash' | 'isSecretKey' | 'isSecretParameter'> {
  /** The id of the recording rule of the session that a decision permits; null where there is none. */
  recordingBy(decision: Decision): string | null
}

function recordedOtherwise(expected: string | null, rules: readonly string[]): string[] {
  if (expected === null || (expected === 'none' ? rules.length === 0 : rules.includes(expected))) return []
  return [rules.length === 0 ? 'no recording rule is for it' : `it is recorded by the rule ${listed(rules)}`]
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
