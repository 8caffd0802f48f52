import { compilePolicy } from '../policy/policy.ts'
import type { PolicyDocument } from '../policy-document/policy-document.ts'
import { type CaseEvaluation, evaluateCase } from './evaluate-case.ts'
import type { PolicyCase } from './policy-case.ts'
import { type CoveredRule, coverageOf } from './rule-coverage.ts'

export interface CasesRun {
  /** SHA-256 of the document, hex. */
  readonly policy: string
  readonly evaluations: readonly CaseEvaluation[]
  readonly coverage: readonly CoveredRule[]
}

/** Policy packages are not evaluated, because they run only in a gateway. @throws InvalidPolicy */
export function runCases(document: PolicyDocument, cases: readonly PolicyCase[]): CasesRun {
  const policy = compilePolicy(document)
  const evaluated = cases.map((one) => evaluateCase(one, policy, document))
  const coverage = coverageOf(document)
  for (const one of evaluated) coverage.add(one)
  return { policy: policy.hash, evaluations: evaluated.map(({ evaluation }) => evaluation), coverage: coverage.rules() }
}
