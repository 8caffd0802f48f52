import type { Explanation } from '@rack-gateway/errors'
import type { WordType } from './word-types.ts'

/** How a command reaches the rack. `attached` is the POST that only ever says `sleep N`; its command comes with the `exec` that follows. */
export type CommandMode = 'attached' | 'detached' | 'exec'

/** How it is judged: `own-exec` is the exec in a run of one's own, which a rule for attached runs is for as well. */
export type JudgedMode = CommandMode | 'own-exec'

/** A word of an argv pattern that stands for any word of a type. Its name is for people. */
export interface Placeholder {
  readonly name: string
  readonly type: WordType
}

/** A word of an argv pattern that stands for every longer word that begins so, with plain characters only: `reports:*`. */
export interface PrefixWord {
  readonly prefix: string
}

/** A word of an argv pattern: a literal, one of several literals, a word of a type, a prefix, or (only as the last one) anything that follows. */
export type ArgvWord = string | readonly string[] | Placeholder | PrefixWord | { readonly rest: true }

/** Who may run what, where and how. The first rule that matches decides; none: refused. */
export interface CommandRule {
  readonly id: string
  readonly argv: readonly ArgvWord[]
  /** Service names; `*` for any service that accepts commands. */
  readonly services: readonly string[]
  readonly roles: readonly string[]
  /** Patterns, `*` within a name. All by default. */
  readonly apps?: readonly string[]
  readonly racks?: readonly string[]
  readonly modes?: readonly CommandMode[]
  /** Only with a terminal, or only without one. */
  readonly interactive?: boolean
  /** Only with the entrypoint of the image in front, or only without it. */
  readonly entrypoint?: boolean
  /** Patterns of environment keys that the run may bring. None by default. */
  readonly environment?: readonly string[]
  /** `newest`: not with an older release. `any` by default. */
  readonly releases?: 'newest' | 'any'
  /** Where it is written, such as `policy.yaml:12`. */
  readonly source?: string
}

export type SplitCommand = { readonly argv: readonly string[] } | { readonly error: string }

/** How a command is started. What is not known yet is null: of an attached run's POST, and of a check before the call. */
export interface CommandOptions {
  readonly interactive: boolean | null
  readonly entrypoint: boolean | null
  /** Names of the keys that it brings. */
  readonly environment: readonly string[]
  /** Whether it runs with the newest release; null: not known. */
  readonly newestRelease: boolean | null
}

/** What is to be judged. `roles` are those that hold on this rack and app. */
export interface CommandCall {
  readonly argv: readonly string[]
  readonly service: string
  readonly app: string
  readonly rack: string
  readonly mode: JudgedMode
  readonly roles: readonly string[]
  /** Nothing special when absent. */
  readonly options?: CommandOptions | undefined
  /** What else stands against a rule, such as the time of day; null for nothing. */
  readonly checkConditions?: ((rule: CommandRule) => Explanation | null) | undefined
}

export type CommandVerdict =
  | {
      readonly effect: 'allow'
      readonly rule: string
      /** The rule; null for the start of an attached run, which no one rule permits. */
      readonly by: CommandRule | null
    }
  | ({
      readonly effect: 'deny'
      readonly rule: string
      /** The rule that would permit it otherwise. */
      readonly nearest?: CommandRule
    } & Explanation)
