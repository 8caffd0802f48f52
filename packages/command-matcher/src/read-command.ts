import { isUtf8 } from 'node:buffer'
import { attachedRunSeconds } from './attached-run.ts'
import { isTooLong, maxCommandBytes } from './command-length.ts'
import { splitCommand } from './split-command.ts'
import type { CommandMode } from './types.ts'

/** A command as text, and as the rack will split it. `error` says why there is no argv. */
export interface ReadCommand {
  readonly text: string
  readonly argv: readonly string[] | null
  readonly error: string | null
  readonly mode: CommandMode
}

/**
 * Node returns header values as latin1, one character per byte, and the CLI sends UTF-8. Bytes that are not UTF-8 stay
 * latin1. The literals of rules are ASCII, so none of them matches such bytes.
 *
 * @param latin1 the value as in `rawHeaders`
 */
export function decodeHeaderCommand(latin1: string): string {
  const bytes = Buffer.from(latin1, 'latin1')
  return isUtf8(bytes) && bytes.toString('latin1') === latin1 ? bytes.toString('utf8') : latin1
}

/**
 * @param latin1 the value of the `Command` header as in `rawHeaders`, from a request that has this header once
 * @param by `run` for the POST. convox starts an attached run with the command `sleep N`, and then executes the real
 *   command through a websocket: `exec`
 */
export function readCommand(latin1: string, by: 'run' | 'exec'): ReadCommand {
  const text = decodeHeaderCommand(latin1)
  const mode = by === 'exec' ? 'exec' : attachedRunSeconds(text) === null ? 'detached' : 'attached'
  if (isTooLong([text])) return { text, argv: null, error: `it is longer than ${maxCommandBytes} bytes`, mode }
  const split = splitCommand(text)
  return 'argv' in split
    ? { text, argv: split.argv, error: null, mode }
    : { text, argv: null, error: split.error, mode }
}
