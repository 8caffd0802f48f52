import type { Timeouts } from './gateway/timeouts.ts'

/** What a command may see and do of the world around it. */
export interface Context {
  readonly env: NodeJS.ProcessEnv
  readonly platform: NodeJS.Platform
  /** Where the person stands. */
  readonly cwd: string
  /** The CLI's file. */
  readonly configPath: string
  /** Milliseconds since the epoch. */
  readonly now: number
  /** A line of the answer. */
  print(line: string): void
  /** A line about the answer, on stderr, with our name before it. */
  note(line: string): void
  /** A line on stderr for the CI system that runs the command, with nothing before it. */
  instruct(line: string): void
  /** A line that the person or a pipe gives, without echo. */
  readSecret(prompt: string): Promise<string>
  /** All that is piped in, as text; null when it is longer than so many bytes. */
  readInput(most: number): Promise<string | null>
  /** A line that a person types at the terminal, after a question. */
  ask(question: string): Promise<string>
  /** A line on the terminal that the next one replaces; empty: none. Nothing where stderr is no terminal. */
  status(line: string): void
  /** Whether a person sits at the terminal. */
  readonly interactive: boolean
  /** How wide the terminal is that the answer goes to; null where it is none. */
  readonly columns: number | null
  /** Whether the answer goes to a terminal that may show it in colours and weights (`NO_COLOR`). */
  readonly styled: boolean
  readonly timeouts: Timeouts
  /** Opens a page in the person's browser. Resolves once that is under way. */
  openBrowser(address: string): Promise<void>
  /** Aborts at Ctrl-C; from then on, the command ends by itself. */
  interruption(): AbortSignal
}
