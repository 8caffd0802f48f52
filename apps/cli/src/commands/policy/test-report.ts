import { toDecisionJson } from '@rack-gateway/rbac-policy'
import type { CaseEvaluation, CoveredRule } from '@rack-gateway/rbac-policy/cases'
import { counted } from '../../output/counted.ts'
import { shownName } from './read-text.ts'
import type { TestedPolicy } from './test-policies.ts'

/** What a person reads: the cases that failed, how many there were, and which rules no case came to. */
export function testedLines({ document, policy, files, coverage }: TestedPolicy): string[] {
  const evaluations = files.flatMap((file) => file.evaluations)
  const failed = evaluations.filter(({ passed }) => !passed).length
  const outcome = failed === 0 ? 'all passed' : `${failed} failed`
  return [
    ...files.flatMap(({ file, evaluations: ofFile }) =>
      ofFile.filter(({ passed }) => !passed).flatMap((evaluation) => failureLines(file, evaluation)),
    ),
    `${counted(evaluations.length, 'case')}, ${outcome}, by ${document} (${policy.slice(0, 12)}), policy packages aside`,
    ...coverageLines(document, coverage),
  ]
}

function failureLines(file: string, { case: one, effect, decisions, otherwise }: CaseEvaluation): string[] {
  const { name, line, column, asks, rack, expected } = one
  const reason = expected.reason === null ? '' : `, saying "${expected.reason}"`
  return [
    `failed: ${name} (${shownName(file)}:${line}:${column})`,
    `  ${asks}, on ${rack}`,
    `  expected  ${expected.effect} by ${expected.rule}${reason}`,
    ...otherwise.map((sentence) => `  but ${sentence}`),
    ...decisions.map((decision, at) => {
      const next = decision.effect === 'allow' ? '' : ` ${decision.remedy}`
      const which = effect === 'open' ? `open, at best or worst ${decision.effect}` : effect
      return `  ${at === 0 ? 'but it is' : '         '} ${which} by ${decision.rule}, from ${decision.source}: ${decision.reason}${next}`
    }),
  ]
}

function coverageLines(document: string, coverage: readonly CoveredRule[]): string[] {
  if (coverage.length === 0) return [`${document} writes no rule of its own that cases could exercise`]
  const never = coverage.filter(({ exercised }) => !exercised)
  const share = `exercised ${coverage.length - never.length} of ${counted(coverage.length, 'rule')} that ${document} writes`
  if (never.length === 0) return [share]
  return [`${share}; never:`, ...never.map(({ rule, source }) => `  ${rule} (${source})`)]
}

/** The same for programs. */
export function testedAsJson(tested: readonly TestedPolicy[]) {
  const evaluations = tested.flatMap(({ files }) => files.flatMap((file) => file.evaluations))
  const passed = evaluations.filter((evaluation) => evaluation.passed).length
  return {
    passed,
    failed: evaluations.length - passed,
    policies: tested.map(({ document, policy, files, coverage }) => ({
      document,
      policy,
      cases: files.flatMap(({ file, evaluations: ofFile }) => ofFile.map((evaluation) => caseAsJson(file, evaluation))),
      coverage,
    })),
  }
}

function caseAsJson(file: string, { case: one, passed, effect, decisions, otherwise }: CaseEvaluation) {
  const { name, line, column, asks, rack, expected } = one
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
    otherwise,
  }
}
