import { exactDurationInWords } from '@rack-gateway/time'
import type { StepUpLevel } from '../model/types.ts'

/** By strictness: `always` exceeds `recent`, a passkey exceeds any factor, and a shorter time exceeds a longer time. */
export function isStricter(one: StepUpLevel, other: StepUpLevel): boolean {
  if (one.kind === 'recent') return other.kind === 'recent' && one.within < other.within
  return other.kind === 'recent' || (one.methods === 'passkey' && other.methods === 'any')
}

/** The required proof, as it follows "needs". */
export function describeLevel(level: StepUpLevel): string {
  if (level.kind === 'recent')
    return `a proof of your second factor that is at most ${exactDurationInWords(level.within)} old`
  return level.methods === 'passkey'
    ? 'a new proof with a passkey each time'
    : 'a new proof of your second factor each time'
}
