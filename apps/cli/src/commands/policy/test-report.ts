import { describeLevel, toDecisionJson } from '@rack-gateway/rbac-policy'
import type { CaseEvaluation, CoveredRule } from '@rack-gateway/rbac-policy/cases'
import { counted } from '../../output/counted.ts'
import { shownName } from './read-text.ts'
import type { TestedPolicy } from './test-policies.ts'

export function reportLines({ document, policy, files, coverage }: TestedPolicy): string[] {
  const all = files.flatMap(({ evaluations }) => evaluations)
  const failed = all.filter(({ passed }) => !passed).length
  const outcome = failed === 0 ? 'all passed' : `${failed} failed`
  return [
    ...files.flatMap(({ file, evaluations }) =>
      evaluations.filter(({ passed }) => !passed).flatMap((evaluation) => failureLines(file, evaluation)),
    ),
    `${counted(all.length, 'case')}, ${outcome}, by ${document} (${policy.slice(0, 12)}), without policy packages`,
    ...coverageLines(document, coverage),
  ]
}

function failureLines(file: string, { case: testedCase, effect, decisions, differences }: CaseEvaluation): string[] {
  const { name, line, column, asks, rack, expected } = testedCase
  const level = expected.level === null ? '' : `, ${describeLevel(expected.level)}`
  const reason = `${level}${expected.reason === null ? '' : `, with the reason "${expected.reason}"`}`
  return [
    `failed: ${name} (${shownName(file)}:${line}:${column})`,
    `  ${asks}, on ${rack}`,
    `  expected  ${expected.effect} by ${expected.rule}${reason}`,
    ...differences.map((sentence) => `  but ${sentence}`),
    ...decisions.map((decision, index) => {
      const remedy = decision.effect === 'allow' ? '' : ` ${decision.remedy}`
      const result = effect === 'open' ? `open, possibly ${decision.effect}` : effect
      return `  ${index === 0 ? 'but it is' : '         '} ${result} by ${decision.rule}, from ${decision.source}: ${decision.reason}${remedy}`
    }),
  ]
}

function coverageLines(document: string, coverage: readonly CoveredRule[]): string[] {
  if (coverage.length === 0) return [`${document} defines no rule that cases could cover`]
  const uncovered = coverage.filter(({ exercised }) => !exercised)
  const summary = `covered ${coverage.length - uncovered.length} of ${counted(coverage.length, 'rule')} that ${document} defines`
  if (uncovered.length === 0) return [summary]
  return [`${summary}; without a case:`, ...uncovered.map(({ rule, source }) => `  ${rule} (${source})`)]
}

export function toJson(tested: readonly TestedPolicy[]) {
  const all = tested.flatMap(({ files }) => files.flatMap(({ evaluations }) => evaluations))
  const passed = all.filter((evaluation) => evaluation.passed).length
  return {
    passed,
    failed: all.length - passed,
    policies: tested.map(({ document, policy, files, coverage }) => ({
      document,
      policy,
      cases: files.flatMap(({ file, evaluations }) => evaluations.map((evaluation) => caseToJson(file, evaluation))),
      coverage,
    })),
  }
}

function caseToJson(file: string, { case: testedCase, passed, effect, decisions, differences }: CaseEvaluation) {
  const { name, line, column, asks, rack, expected } = testedCase
  return {
    file,
    line,
    column,
    name,
    asks,
    rack,
    passed,
    expected,
    effect,
    decisions: decisions.map(toDecisionJson),
    otherwise: differences,
  }
}
