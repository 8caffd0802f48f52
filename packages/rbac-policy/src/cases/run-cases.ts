import { compilePolicy } from '../policy.ts'
import type { PolicyDocument } from '../policy-document.ts'
import type { Decision, Policy, RackCall } from '../types.ts'
import { type CaseVerdict, judgeCase } from './judge-case.ts'
import type { PolicyCase } from './policy-case.ts'
import { type CoveredRule, coverageOf } from './rule-coverage.ts'

export interface CasesRun {
  /** SHA-256 of the document, hex. */
  readonly policy: string
  readonly verdicts: readonly CaseVerdict[]
  /** What the document itself says, and whether any case came to it. */
  readonly coverage: readonly CoveredRule[]
}

/** Judges cases by a document. Policy packages are not asked: they are code of an operator, and run in a gateway. @throws InvalidPolicy */
export function runCases(document: PolicyDocument, cases: readonly PolicyCase[]): CasesRun {
  const policy = compilePolicy(document)
  const coverage = coverageOf(document)
  const decided = new Map<Decision, RackCall>()
  const watched: Pick<Policy, 'decide' | 'holds' | 'hash'> = {
    hash: policy.hash,
    holds: policy.holds,
    decide(principal, call) {
      const decision = policy.decide(principal, call)
      decided.set(decision, call)
      return decision
    },
  }
  const verdicts = cases.map((one) => {
    const verdict = judgeCase(one, watched, document)
    for (const decision of verdict.decisions) {
      const call = decided.get(decision)
      if (call !== undefined) coverage.saw(decision, call)
    }
    decided.clear()
    return verdict
  })
  return { policy: policy.hash, verdicts, coverage: coverage.rules() }
}
