import type { CommandProofs } from '../step-up/proofs/request-proofs.ts'
import type { Timeouts } from './timeouts.ts'

/** The environment of a command: everything that it reads from and writes to its process. */
export interface Context {
  readonly env: NodeJS.ProcessEnv
  readonly platform: NodeJS.Platform
  /** The directory in which the user typed the command. */
  readonly cwd: string
  readonly configPath: string
  /** The code of RACK_GATEWAY_MFA_CODE, which no other process gets. */
  readonly mfaCode?: string | undefined
  /** The proofs of a second factor, while a command of rack-gateway itself runs. */
  readonly proofs?: CommandProofs
  /** Milliseconds since the epoch. */
  readonly now: number
  /** Prints a line of the result on stdout. */
  print(line: string): void
  /** Prints a message on stderr, after `rack-gateway: `. */
  note(line: string): void
  /** Prints a line on stderr without a prefix: a command for the CI system, or a line of a QR code or menu. */
  instruct(line: string): void
  /** Reads a line from the user or from a pipe, without echo. */
  readSecret(prompt: string): Promise<string>
  /** Reads standard input as text; null if it is longer than `maxBytes`. */
  readInput(maxBytes: number): Promise<string | null>
  /** Asks the user a question, and reads a line. */
  ask(question: string): Promise<string>
  /** Replaces the status line on stderr. An empty text removes the line. Does nothing without a terminal. */
  status(line: string): void
  /** Whether a user is at the terminal. */
  readonly interactive: boolean
  /** The width of the terminal that stdout goes to; null if it is not a terminal. */
  readonly columns: number | null
  /** Whether stdout can have colors and bold text: not if `NO_COLOR` is set. */
  readonly styled: boolean
  readonly timeouts: Timeouts
  openBrowser(address: string): Promise<void>
  /**
   * Returns a signal that aborts at the first Ctrl-C, SIGTERM, or SIGHUP, which then does not end the process. The next
   * signal can end the process.
   */
  interruption(): AbortSignal
}
