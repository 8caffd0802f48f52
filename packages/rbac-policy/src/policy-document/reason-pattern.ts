import { inMessage } from '@rack-gateway/command-matcher'
import { RE2JS } from 're2js'

export interface ReasonPattern {
  /** Whether the pattern matches the whole text. */
  matches(text: string): boolean
}

const maxLength = 200
/** Instructions. The time to match a text grows with this number and with the length of the text, and never faster. */
const maxProgramSize = 500

/**
 * Compiles the pattern of a reason, in the syntax of RE2. RE2 matches in linear time: a text that a requester chooses
 * cannot make a pattern slow, as it can with a regular expression of JavaScript.
 *
 * @returns the pattern, or its problem as a clause that follows the name of the pattern
 */
export function compileReasonPattern(pattern: string): ReasonPattern | { readonly problem: string } {
  if (pattern === '') return { problem: 'is empty, so no reason would match' }
  if (pattern.length > maxLength) return { problem: `has more than ${maxLength} characters` }
  try {
    const compiled = RE2JS.compile(pattern)
    if (compiled.programSize() > maxProgramSize)
      return { problem: 'is too large to match quickly; write smaller repetitions, such as {1,20}' }
    return { matches: (text) => compiled.testExact(text) }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const detail = inMessage(message.replace(/^error parsing regexp: /, ''))
    return {
      problem: `is not in the syntax of RE2, which has no lookaround, no backreferences, and at most 1000 repetitions: ${detail}`,
    }
  }
}
