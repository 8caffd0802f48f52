import { joinWithAnd } from '@rack-gateway/command-matcher'
import type { Decision, StepUpLevel } from '../model/types.ts'
import { decidingScenarios, type EvaluatedScenario } from '../policy/planned-decision.ts'
import type { Policy } from '../policy/policy.ts'
import { canonicalJson, type PolicyDocument } from '../policy-document/policy-document.ts'
import { type RecordingRule, sessionOf } from '../policy-document/recordings.ts'
import { compareValues } from './expected-values.ts'
import type { CaseEffect, NamedValues, PolicyCase } from './policy-case.ts'

export interface CaseEvaluation {
  /** Differences in visible values and in the recording. Each is a sentence without its full stop. */
  readonly differences: readonly string[]
  readonly case: PolicyCase
  readonly passed: boolean
  readonly effect: CaseEffect
  /**
   * The decisions that determine the effect. `deny`: the first denial. `open`: both possible decisions about each open
   * call. `require`: the decisions that require a step-up. `allow`: the decisions about all calls.
   */
  readonly decisions: readonly Decision[]
}

export interface EvaluatedCase {
  readonly evaluation: CaseEvaluation
  readonly scenarios: readonly EvaluatedScenario[]
  readonly recordings: readonly RecordingRule[]
  /** Names that the case expects to be hidden, and whose values are hidden because they are secret. */
  readonly secrets: NamedValues
}

export function evaluateCase(one: PolicyCase, policy: Policy, document: PolicyDocument): EvaluatedCase {
  const { principal, rack, at, address, facts, expected } = one
  const question = { policy, document, principal, rack, at, address, facts }
  const { effect, scenarios } = outcomeOf(one.calls.map((call) => decidingScenarios(question, call)))
  const all = scenarios.map(({ decision }) => decision)
  const decisions = effect === 'require' ? all.filter((decision) => decision.effect === 'require') : all
  const meetsExpectation = decisions.some(
    (decision) =>
      decision.rule === expected.rule && mentions(decision, expected.reason) && hasLevel(decision, expected.level),
  )
  const seen = compareValues(one, policy)
  const recordings = scenarios.flatMap((scenario) => recordingOf(policy, scenario) ?? [])
  const differences = [...seen.differences, ...recordingDifferences(expected.recording, recordings)]
  const passed = effect === expected.effect && meetsExpectation && differences.length === 0
  return {
    evaluation: { case: one, passed, effect, decisions, differences },
    scenarios,
    recordings,
    secrets: seen.secrets,
  }
}

function recordingOf(policy: Policy, { call, decision }: EvaluatedScenario): RecordingRule | null {
  const session = call === null || decision.effect === 'deny' ? null : sessionOf(call)
  return session && policy.recordingOf(session)
}

function recordingDifferences(expected: string | null, recordings: readonly RecordingRule[]): string[] {
  const rules = recordings.map(({ id }) => id)
  if (expected === null || (expected === 'none' ? rules.length === 0 : rules.includes(expected))) return []
  return [
    rules.length === 0
      ? 'no recording rule applies to the call'
      : `the session is recorded by the rule ${joinWithAnd(rules)}`,
  ]
}

function outcomeOf(planned: readonly ReturnType<typeof decidingScenarios>[]): {
  readonly effect: CaseEffect
  readonly scenarios: readonly EvaluatedScenario[]
} {
  const denied = planned.find(({ best }) => best.decision.effect === 'deny')
  if (denied) return { effect: 'deny', scenarios: [denied.best] }
  const open = planned.flatMap(({ best, otherwise }) => (otherwise ? [best, otherwise] : []))
  if (open.length > 0) return { effect: 'open', scenarios: open }
  const bests = planned.map(({ best }) => best)
  return { effect: bests.some(({ decision }) => decision.effect === 'require') ? 'require' : 'allow', scenarios: bests }
}

function hasLevel(decision: Decision, level: StepUpLevel | null): boolean {
  return level === null || ('level' in decision && canonicalJson(decision.level) === canonicalJson(level))
}

function mentions(decision: Decision, part: string | null): boolean {
  const text = decision.effect === 'allow' ? decision.reason : `${decision.reason} ${decision.remedy}`
  return part === null || text.includes(part)
}
