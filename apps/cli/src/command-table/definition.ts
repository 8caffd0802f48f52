import type { Context } from '../context.ts'

/** A rack by the name that a person has for it, an app by its own, a file or directory. */
export type Named = 'rack' | 'app' | 'file'

/** A flag; without a `value` or `choices` it is on or off. */
export interface Flag {
  readonly about: string
  /** What stands for its value in help, such as `NAME`. */
  readonly value?: string
  readonly choices?: readonly string[]
  /** The one letter that does as well. */
  readonly short?: string
  readonly default?: string
  /** What its value is the name of: completion offers these. */
  readonly names?: Named
  /** `needed`; `many`: it may stand more than once; `either`: there is a `--no-` of it, and neither says nothing. */
  readonly takes?: 'needed' | 'many' | 'either'
}

/** A word that isn't a flag; without `takes` it may be left out. */
export interface Argument {
  readonly about: string
  /** `needed`: one; `some`: one or more; `any`: as many as there are. */
  readonly takes?: 'needed' | 'some' | 'any'
  readonly names?: Named
}

export type Flags = Readonly<Record<string, Flag>>
export type Arguments = Readonly<Record<string, Argument>>

type Sure<F, T> = F extends { default: string } | { takes: 'needed' } ? T : T | undefined
type FlagValue<F> = F extends { choices: readonly (infer C)[] }
  ? Sure<F, C>
  : F extends { value: string }
    ? F extends { takes: 'many' }
      ? readonly string[]
      : Sure<F, string>
    : F extends { takes: 'either' }
      ? boolean | undefined
      : boolean
type ArgumentValue<A> = A extends { takes: 'needed' }
  ? string
  : A extends { takes: 'some' | 'any' }
    ? readonly string[]
    : string | undefined

/** What was typed, by the names of flags and arguments. */
export type Given<F extends Flags, A extends Arguments> = { readonly [K in keyof F]: FlagValue<F[K]> } & {
  readonly [K in keyof A]: ArgumentValue<A[K]>
}

/** What help, the reference, the manual and completion say of a command, or of several that begin with one word. */
export interface Described {
  /** As it is typed: `tokens create`. */
  readonly name: string
  /** In the imperative, without a full stop. */
  readonly summary: string
  /** What else a person should know, in sentences. */
  readonly about?: string
  /** Command lines; what stands in parentheses behind one says what it is for. */
  readonly examples: readonly string[]
}

/** Commands that begin with one word. */
export interface CommandGroup extends Described {
  /** What the word alone does; without it, it is asked what is meant. */
  readonly alone?: string
}

export interface Command extends Described {
  /** Whole names that it had in older versions. */
  readonly aliases?: readonly string[]
  readonly arguments: Arguments
  readonly flags: Flags
  /** What it is about after a second without a word from it, such as `asking the gateway`. */
  readonly waits?: string
  /** Reads its words itself: what follows is another program's. Flags and arguments are for help alone. */
  readonly reads?: 'itself'
  /** @returns the exit code, when it isn't 0 */
  run(context: Context, given: object): Promise<number | undefined>
}

/** All commands of our own, and the groups that share a first word. */
export interface CommandTable {
  readonly commands: readonly Command[]
  readonly groups: readonly CommandGroup[]
}

export type None = Readonly<Record<never, never>>

interface Definition<F extends Flags, A extends Arguments> extends Described {
  readonly aliases?: readonly string[]
  readonly arguments?: A
  readonly flags?: F
  readonly waits?: string
  // biome-ignore lint/suspicious/noConfusingVoidType: most commands have nothing to say about their exit code
  run(context: Context, given: Given<F, A>): Promise<number | undefined | void>
}

/** A command whose words are read by its flags and arguments. */
export function command<const F extends Flags = None, const A extends Arguments = None>({
  arguments: words,
  flags,
  run,
  ...described
}: Definition<F, A>): Command {
  return {
    ...described,
    arguments: words ?? {},
    flags: flags ?? {},
    run: async (context, given) => (await run(context, given as Given<F, A>)) ?? undefined,
  }
}

/** How a flag is typed: `tokenVariable` is `--token-variable`. */
export function flagName(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
