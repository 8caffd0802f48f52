import { compilePolicy } from '../policy.ts'
import type { PolicyDocument } from '../policy-document.ts'
import { sessionOf } from '../recordings.ts'
import type { Decision, RackCall } from '../types.ts'
import { seeValues } from './expected-values.ts'
import { type CaseVerdict, type JudgedBy, judgeCase } from './judge-case.ts'
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
  const watched: JudgedBy = {
    ...policy,
    decide(principal, call) {
      const decision = policy.decide(principal, call)
      decided.set(decision, call)
      return decision
    },
    recordingBy(decision) {
      const call = decision.effect === 'allow' ? decided.get(decision) : undefined
      const session = call === undefined ? null : sessionOf(call)
      return (session && policy.recordingOf(session)?.id) ?? null
    },
  }
  const verdicts = cases.map((one) => {
    const verdict = judgeCase(one, watched, document)
    for (const decision of verdict.decisions) {
      const call = decided.get(decision)
      if (call !== undefined) coverage.saw(decision, call)
      const recording = watched.recordingBy(decision)
      if (recording !== null) coverage.sawRecording(recording)
    }
    coverage.sawSecrets(seeValues(one, policy).secrets)
    decided.clear()
    return verdict
  })
  return { policy: policy.hash, verdicts, coverage: coverage.rules() }
}
