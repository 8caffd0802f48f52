import { runToEnd, type Steps } from '@rack-gateway/convox-api'
import { smallForm } from '../http/body.ts'
import { runInTurns, type Turns } from '../resource-account/turns.ts'

/**
 * Runs a computation about a text or a form: a small one at once, and a large one in turns with other work.
 *
 * @param size bytes or characters of the input
 * @param onDone called with the milliseconds of the computation if the input is large
 * @returns no promise for a small input, because each promise takes time
 */
export function runSteps<T>(
  steps: Steps<T>,
  size: number,
  turns: Turns,
  onDone?: (milliseconds: number) => void,
): T | Promise<T> {
  return size <= smallForm ? runToEnd(steps) : runInTurns(steps, turns, onDone)
}
