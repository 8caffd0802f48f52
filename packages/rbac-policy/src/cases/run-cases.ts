import { compilePolicy } from '../policy.ts'
import type { PolicyDocument } from '../policy-document.ts'
import { type CaseEvaluation, evaluateCase } from './evaluate-case.ts'
import type { PolicyCase } from './policy-case.ts'
import { type CoveredRule, coverageOf } from './rule-coverage.ts'

export interface CasesRun {
  /** SHA-256 of the document, hex. */
  readonly policy: string
  readonly verdicts: readonly CaseEvaluation[]
  /** What the document itself says, and whether any case came to it. */
  readonly coverage: readonly CoveredRule[]
}

/** Judges cases by a document. Policy packages are not asked: they are code of an operator, and run in a gateway. @throws InvalidPolicy */
export function runCases(document: PolicyDocument, cases: readonly PolicyCase[]): CasesRun {
  const policy = compilePolicy(document)
  const evaluated = cases.map((one) => evaluateCase(one, policy, document))
  const coverage = coverageOf(document)
  for (const one of evaluated) coverage.saw(one)
  return { policy: policy.hash, verdicts: evaluated.map(({ evaluation }) => evaluation), coverage: coverage.rules() }
}
