import type { Clock } from '../determinism/clock.ts'
import type { Environment } from './environment.ts'

export interface Execution {
  readonly argv: readonly string[]
  readonly environment: Environment
  /** The size of the terminal, as the caller gave it. */
  readonly size?: { readonly rows: string; readonly columns: string }
  readonly input: AsyncIterable<Buffer>
  readonly write: (data: string | Buffer) => Promise<void>
  readonly clock: Clock
  /** Aborted when the caller has disconnected. */
  readonly disconnected: AbortSignal
}

/** @returns the exit code */
export type Command = (execution: Execution) => Promise<number>
