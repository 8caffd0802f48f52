import type { ParameterError } from '../errors/parameter-error.ts'
import type { PathParameters, RackRoute } from '../routes/types.ts'

/** What a convox command depends on besides its arguments. */
export interface CommandContext {
  /** The content of `.convox/app` in the working directory; null without such a file. */
  readonly appSetting: string | null
  /** The last segment of the working directory, which is the default name of the app. */
  readonly directory: string
  /** The rack of the command. Without one (null), `convox version` makes no call. */
  readonly rack: string | null
  /** `env set` also reads pairs from standard input, unless it is a terminal. */
  readonly input: 'terminal' | 'stream'
}

/** The calls of a command. If they are not certain, the plan is `unknown`, and only the gateway can decide. */
export type CommandPlan =
  | { readonly kind: 'local'; readonly command: string }
  | { readonly kind: 'calls'; readonly command: string; readonly calls: readonly PlannedCall[] }
  | { readonly kind: 'unknown'; readonly reason: string }

/** One call of a command. Values that only the rack knows are null or left out. Repeated calls are one call. */
export interface PlannedCall {
  readonly route: RackRoute
  /** The known path parameters. For an object key that the CLI generates, this is an example. */
  readonly params: PathParameters
  readonly app: string | null
  readonly service: string | null
  /** Names of parameters that are certainly sent, as `readParameters` returns them. */
  readonly parameters: {
    readonly query: readonly string[]
    readonly form: readonly string[]
    readonly headers: readonly string[]
  }
  /** Values of parameters by name, which is lowercase for headers; null if only the command knows the value. */
  readonly values: Readonly<Record<'query' | 'form' | 'headers', ReadonlyMap<string, string | null>>>
  /** Why the gateway rejects the call's parameters, for every principal; null if it does not. */
  readonly parameterError: ParameterError | null
  readonly command: PlannedCommand | null
  readonly process: PlannedProcess | null
  /** The release of a run; null for the rack's default, and for other calls. */
  readonly release: PlannedRelease | null
  readonly environment: PlannedEnvironment | null
  /** Whether the command needs the call to succeed. Convox may skip the other calls, or ignore their failure. */
  readonly essential: boolean
  /** Whether the command can make this call more than once, although it changes something. */
  readonly repeated: boolean
}

/** The calls that carry a command. A command in a process is split into words; a command on an instance is not. */
export const commandCarriers = ['run', 'exec', 'shell'] as const

/** The command of a run, an exec, or a shell. */
export interface PlannedCommand {
  /** The `Command` header as Node returns it: UTF-8 bytes, one character per byte. */
  readonly header: string
  readonly by: (typeof commandCarriers)[number]
}

/** The process of an exec, a stop, or a file transfer. */
export interface PlannedProcess {
  /** The ID or the service's name in the path; null if the process does not exist yet. */
  readonly id: string | null
  /** Null if only the rack knows it. */
  readonly service: string | null
  /** `yes` if the command itself started the process. */
  readonly own: 'yes' | 'unknown'
}

export interface PlannedRelease {
  /** Null for a release that this command creates. */
  readonly id: string | null
}

export interface PlannedEnvironment {
  /** Keys that the command sets or unsets. A key changes only if its value in the newest release is different. */
  readonly named: readonly string[]
  /** Whether other keys may change, from standard input, an editor, or an older release. */
  readonly others: 'none' | 'possible'
}

/** Why the calls of a command can't be predicted with certainty: a clause without a period. */
export interface Unpredictable {
  readonly unpredictable: string
}

export function isUnpredictable(value: object): value is Unpredictable {
  return 'unpredictable' in value
}
