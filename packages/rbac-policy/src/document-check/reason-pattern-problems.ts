import { inMessage, type Problem } from '@rack-gateway/command-matcher'
import type { PolicyDocument } from '../policy-document/policy-document.ts'
import { compileReasonPattern } from '../policy-document/reason-pattern.ts'

/**
 * The problems of the patterns of reasons. Only the reader of a document checks them, because the package for patterns is
 * large. A pattern that was not checked matches no reason.
 */
export function reasonPatternProblems({ requests }: PolicyDocument): Problem[] {
  return requests.flatMap(({ id, reason }) => {
    const compiled = reason === null || reason.pattern === null ? null : compileReasonPattern(reason.pattern)
    if (compiled === null || !('problem' in compiled)) return []
    const text = `the request rule "${inMessage(id)}" has a pattern that ${compiled.problem}`
    return [{ at: ['requests', id, 'reason', 'pattern'], text }]
  })
}
