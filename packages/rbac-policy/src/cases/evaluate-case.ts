import { joinWithAnd } from '@rack-gateway/command-matcher'
import { decidingWorlds, type EvaluatedScenario } from '../planned-decision.ts'
import type { Policy } from '../policy.ts'
import type { PolicyDocument } from '../policy-document.ts'
import { type RecordingRule, sessionOf } from '../recordings.ts'
import type { Decision } from '../types.ts'
import { seeValues } from './expected-values.ts'
import type { CaseEffect, NamedValues, PolicyCase } from './policy-case.ts'

/** The result of a case. */
export interface CaseEvaluation {
  /** What else isn't as expected: values that are shown or hidden, and the recording. Each a sentence without its full stop. */
  readonly otherwise: readonly string[]
  readonly case: PolicyCase
  readonly passed: boolean
  readonly effect: CaseEffect
  /** Those that the effect comes from: of a refusal the first one, else those of every call. */
  readonly decisions: readonly Decision[]
}

/** The evaluation of a case, and the parts of the document that it covers. */
export interface JudgedCase {
  readonly evaluation: CaseEvaluation
  /** Those that the decisions are of. */
  readonly scenarios: readonly EvaluatedScenario[]
  /** Of the sessions that it opens. */
  readonly recordings: readonly RecordingRule[]
  /** Names whose values it was not shown, since they are secret. */
  readonly secrets: NamedValues
}

/** Judges one case, by the same code as the gateway. */
export function evaluateCase(one: PolicyCase, policy: Policy, document: PolicyDocument): JudgedCase {
  const { principal, rack, at, address, known, expected } = one
  const question = { policy, document, principal, rack, at, address, known }
  const { effect, scenarios } = outcomeOf(one.calls.map((call) => decidingWorlds(question, call)))
  const decisions = scenarios.map(({ decision }) => decision)
  const fits = decisions.some((decision) => decision.rule === expected.rule && says(decision, expected.reason))
  const seen = seeValues(one, policy)
  const recordings = scenarios.flatMap((scenario) => recordingOf(policy, scenario) ?? [])
  const otherwise = [...seen.otherwise, ...recordedOtherwise(expected.recording, recordings)]
  const passed = effect === expected.effect && fits && otherwise.length === 0
  return {
    evaluation: { case: one, passed, effect, decisions, otherwise },
    scenarios,
    recordings,
    secrets: seen.secrets,
  }
}

/** Of the session that a call opens if it is permitted. */
function recordingOf(policy: Policy, { call, decision }: EvaluatedScenario): RecordingRule | null {
  const session = call === null || decision.effect !== 'allow' ? null : sessionOf(call)
  return session && policy.recordingOf(session)
}

function recordedOtherwise(expected: string | null, recordings: readonly RecordingRule[]): string[] {
  const rules = recordings.map(({ id }) => id)
  if (expected === null || (expected === 'none' ? rules.length === 0 : rules.includes(expected))) return []
  return [rules.length === 0 ? 'no recording rule is for it' : `it is recorded by the rule ${joinWithAnd(rules)}`]
}

function outcomeOf(planned: readonly ReturnType<typeof decidingWorlds>[]): {
  readonly effect: CaseEffect
  readonly scenarios: readonly EvaluatedScenario[]
} {
  const refused = planned.find(({ best }) => best.decision.effect !== 'allow')
  if (refused) return { effect: 'deny', scenarios: [refused.best] }
  const open = planned.flatMap(({ best, otherwise }) => (otherwise ? [best, otherwise] : []))
  if (open.length > 0) return { effect: 'open', scenarios: open }
  return { effect: 'allow', scenarios: planned.map(({ best }) => best) }
}

function says(decision: Decision, part: string | null): boolean {
  const words = decision.effect === 'allow' ? decision.reason : `${decision.reason} ${decision.remedy}`
  return part === null || words.includes(part)
}
