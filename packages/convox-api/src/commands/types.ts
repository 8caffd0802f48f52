import type { ParameterRefusal } from '../parameter-refusal.ts'
import type { PathParameters, RackRoute } from '../types.ts'

/** What convox looks at beside its arguments. */
export interface CommandPlace {
  /** The content of `.convox/app` in the working directory; null where there is no such file. */
  readonly appSetting: string | null
  /** The last segment of the working directory, which names the app when nothing else does. */
  readonly directory: string
  /** The rack that the command goes to. Null: none, and convox asks nobody for its version. */
  readonly rack: string | null
  /** What standard input is: `env set` also reads pairs from it, unless it is a terminal. */
  readonly input: 'terminal' | 'stream'
}

/** What a command asks of the gateway. Whatever isn't certain is `unknown`: then the gateway decides. */
export type CommandPlan =
  | { readonly kind: 'local'; readonly command: string }
  | { readonly kind: 'calls'; readonly command: string; readonly calls: readonly PlannedCall[] }
  | { readonly kind: 'unknown'; readonly reason: string }

/** One call that a command makes. What only an answer of the rack can tell is null or left out. Repeated polls are one call. */
export interface PlannedCall {
  readonly route: RackRoute
  /** Path parameters that are known. A key that the CLI makes up stands as an example of its shape. */
  readonly params: PathParameters
  readonly app: string | null
  readonly service: string | null
  /** Names that are certainly sent, as `readParameters` gives them. */
  readonly parameters: {
    readonly query: readonly string[]
    readonly form: readonly string[]
    readonly headers: readonly string[]
  }
  /** Why `readParameters` would refuse the call, whoever makes it. */
  readonly refused: ParameterRefusal | null
  readonly command: PlannedCommand | null
  readonly process: PlannedProcess | null
  /** The release that a run asks for; null: the rack's default. */
  readonly release: PlannedRelease | null
  readonly environment: PlannedEnvironment | null
  /** Whether the command can't succeed without it. The others may be left out, or are made and their refusal ignored. */
  readonly essential: boolean
}

/** By what a command comes: what runs in a process is split into words, what runs on an instance isn't. */
export const commandCarriers = ['run', 'exec', 'shell'] as const

/** What the command matcher's `readCommand` reads of a run and an exec. */
export interface PlannedCommand {
  /** The `Command` header as Node would give it: UTF-8 bytes, one character a byte. */
  readonly header: string
  readonly by: (typeof commandCarriers)[number]
}

/** Of an exec, a stop and files. */
export interface PlannedProcess {
  /** As it is in the path, where it may also be the name of a service; null: not made yet. */
  readonly id: string | null
  /** Null: only the rack knows. */
  readonly service: string | null
  /** `yes`: the command itself started it. */
  readonly own: 'yes' | 'unknown'
}

export interface PlannedRelease {
  /** Null: one that this command makes. Whether it is the newest one, only the rack knows. */
  readonly id: string | null
}

/** Of a new release's environment. */
export interface PlannedEnvironment {
  /** Keys that the command sets or unsets. Changed are only those that are otherwise in the newest release. */
  readonly named: readonly string[]
  /** Whether other keys may change too: those of standard input, of an editor, of an older release. */
  readonly others: 'none' | 'possible'
}

/** Why a command can't be understood for certain. */
export interface Doubt {
  readonly doubt: string
}

export function isDoubt(value: object): value is Doubt {
  return 'doubt' in value
}
