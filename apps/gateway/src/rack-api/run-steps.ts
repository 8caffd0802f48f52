import { runToEnd, type Steps } from '@rack-gateway/convox-api'
import { smallForm } from './body.ts'
import { runInTurns, type Turns } from './limits/turns.ts'

/**
 * Runs a computation about a text or a form: a small one at once, and a large one in turns with other work.
 *
 * @param size bytes or characters of the input
 * @returns no promise for a small input, because each promise takes time
 */
export function runSteps<T>(steps: Steps<T>, size: number, turns: Turns): T | Promise<T> {
  return size <= smallForm ? runToEnd(steps) : runInTurns(steps, turns)
}
