import { everywhere, type Flag } from './flags.ts'
import type { Invocation } from './invocation.ts'
import type { Step } from './step.ts'

/** What a command does: calls, nothing that a gateway sees, or a GET of whatever path it is given. */
export type Effect = readonly Step[] | 'local' | 'any-get'

/** What a table says of a command. */
export interface CommandEntry {
  readonly flags: readonly Flag[]
  /** How many arguments it takes, at least and at most. */
  readonly args: readonly [least: number, most: number]
  /** Why convox itself would end before its first call; null: it wouldn't. */
  readonly misuse: (invocation: Invocation) => string | null
  readonly effect: Effect
}

export interface ConvoxCommand extends CommandEntry {
  readonly name: string
}

/** Commands by their names, each made when it is asked for: who plans one doesn't wait for the others. */
export type CommandTable = Readonly<Record<string, () => CommandEntry>>

export interface CommandOptions {
  readonly flags?: readonly Flag[]
  readonly args?: CommandEntry['args']
  readonly misuse?: CommandEntry['misuse']
}

/** A command that asks the rack, with the flags that all of these have. */
export function command(options: CommandOptions, effect: Effect): CommandEntry {
  return {
    flags: [...everywhere, ...(options.flags ?? [])],
    args: options.args ?? [0, 0],
    misuse: options.misuse ?? (() => null),
    effect,
  }
}

/** A command that concerns this machine, the console or another service, whatever follows its name. */
export function local(): CommandEntry {
  return { flags: [], args: any, misuse: () => null, effect: 'local' }
}

export const any: CommandEntry['args'] = [0, Number.POSITIVE_INFINITY]

export function atLeast(least: number): CommandEntry['args'] {
  return [least, Number.POSITIVE_INFINITY]
}
