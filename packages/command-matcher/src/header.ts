import { isUtf8 } from 'node:buffer'
import { attachedStart } from './attached.ts'
import { maxCommandBytes, tooLong } from './limit.ts'
import { splitCommand } from './split.ts'
import type { CommandMode } from './types.ts'

/** A command as it came, and as the rack will split it. `error` says why there is no argv. */
export interface ReadCommand {
  readonly text: string
  readonly argv: readonly string[] | null
  readonly error: string | null
  readonly mode: CommandMode
}

/**
 * The text of a `Command` header. Node gives header values as latin1, one character a byte; the CLI sends UTF-8.
 * Bytes that aren't UTF-8 stay latin1, so two different byte strings can read alike; rules hold only ASCII, so neither can match one.
 *
 * @param latin1 the header's value as in `rawHeaders`
 */
export function decodeHeaderCommand(latin1: string): string {
  const bytes = Buffer.from(latin1, 'latin1')
  return isUtf8(bytes) && bytes.toString('latin1') === latin1 ? bytes.toString('utf8') : latin1
}

/**
 * Reads the one `Command` header of a run's POST or of an exec.
 *
 * @param latin1 the value as in `rawHeaders`; the caller has refused a second one
 * @param by `run`: the POST, attached if it only says `sleep N`, detached otherwise; `exec`: the websocket
 */
export function readCommand(latin1: string, by: 'run' | 'exec'): ReadCommand {
  const text = decodeHeaderCommand(latin1)
  const mode = by === 'exec' ? 'exec' : attachedStart(text) === null ? 'detached' : 'attached'
  if (tooLong([text])) return { text, argv: null, error: `it is longer than ${maxCommandBytes} bytes`, mode }
  const split = splitCommand(text)
  return 'argv' in split
    ? { text, argv: split.argv, error: null, mode }
    : { text, argv: null, error: split.error, mode }
}
