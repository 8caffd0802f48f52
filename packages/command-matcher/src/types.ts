import type { Explanation } from '@rack-gateway/errors'
import type { WordType } from './word-types.ts'

/**
 * How a command reaches the rack. `attached`: a POST starts a process that only runs `sleep N`, and a later exec in
 * this process has the actual command. `detached`: the POST has the command. `exec`: a command in a running process.
 */
export type CommandMode = 'attached' | 'detached' | 'exec'

/**
 * The mode that rules are matched with. `own-exec`: an exec in a process that the caller started with a run. Rules for
 * `attached` and for `exec` apply to it.
 */
export type MatchMode = CommandMode | 'own-exec'

/** A word of a rule that matches any word of a type. The name is documentation. */
export interface Placeholder {
  readonly name: string
  readonly type: WordType
}

/** A word of a rule that matches this prefix with one or more plain characters after it: `reports:*`. */
export interface PrefixWord {
  readonly prefix: string
}

/** A word of a rule: a literal, several literals, a type, a prefix, or, as the last word, any further words. */
export type ArgvWord = string | readonly string[] | Placeholder | PrefixWord | { readonly rest: true }

/** A command is allowed if any rule matches, and denied otherwise. */
export interface CommandRule {
  readonly id: string
  readonly argv: readonly ArgvWord[]
  /** Service names, or `*` for every service. For a run, the service must also be one of `runServices`. */
  readonly services: readonly string[]
  readonly roles: readonly string[]
  /** Name patterns of apps with `*`. By default, all apps. */
  readonly apps?: readonly string[]
  /** Name patterns of racks with `*`. By default, all racks. */
  readonly racks?: readonly string[]
  /** By default, all modes. */
  readonly modes?: readonly CommandMode[]
  /** Requires or forbids a terminal. */
  readonly interactive?: boolean
  /** Requires or forbids the entrypoint of the image. */
  readonly entrypoint?: boolean
  /** Patterns of environment keys that the run may set. By default, none. */
  readonly environment?: readonly string[]
  /** `newest` forbids older releases. By default, `any`. */
  readonly releases?: 'newest' | 'any'
  /** The position of the rule, such as `policy.yaml:12`. */
  readonly source?: string
}

export type SplitCommand = { readonly argv: readonly string[] } | { readonly error: string }

/**
 * How a command is started. An option is null if it is not known, such as in the POST of an attached run.
 */
export interface CommandOptions {
  readonly interactive: boolean | null
  readonly entrypoint: boolean | null
  /** Names of the environment keys that the run sets. */
  readonly environment: readonly string[]
  readonly newestRelease: boolean | null
}

/** `roles` are the caller's roles on this rack and app. */
export interface CommandCall {
  readonly argv: readonly string[]
  readonly service: string
  readonly app: string
  readonly rack: string
  readonly mode: MatchMode
  readonly roles: readonly string[]
  /** By default, no environment keys; all other options are unknown. */
  readonly options?: CommandOptions | undefined
  /** Checks the conditions of a rule, such as the time of day. @returns null if they are met */
  readonly checkConditions?: ((rule: CommandRule) => Explanation | null) | undefined
}

export type CommandDecision =
  | {
      readonly effect: 'allow'
      /** The ID of the rule, or `attached-start`. */
      readonly rule: string
      /** The rule that allows the command. Null for the start of an attached run: the command is not known yet. */
      readonly by: CommandRule | null
      /** Every rule that allows the command, in order; empty for the start of an attached run. */
      readonly allowing: readonly CommandRule[]
    }
  | ({
      readonly effect: 'deny'
      /** The cause, such as `no-rule`. See `matchCommand`. */
      readonly rule: string
      /** A rule that would allow the command with other options, or under other conditions. */
      readonly nearest?: CommandRule
    } & Explanation)
