import { everywhere, type Flag } from './flags.ts'
import type { Invocation } from './invocation.ts'
import type { Step } from './step.ts'

/** What a command does: calls, nothing that a gateway sees, or a GET of whatever path it is given. */
export type Effect = readonly Step[] | 'local' | 'any-get'

export interface ConvoxCommand {
  readonly name: string
  readonly flags: readonly Flag[]
  /** How many arguments it takes, at least and at most. */
  readonly args: readonly [least: number, most: number]
  /** Why convox itself would end before its first call; null: it wouldn't. */
  readonly misuse: (invocation: Invocation) => string | null
  readonly effect: Effect
}

export interface CommandOptions {
  readonly flags?: readonly Flag[]
  readonly args?: ConvoxCommand['args']
  readonly misuse?: ConvoxCommand['misuse']
}

/** A command that asks the rack, with the flags that all of these have. */
export function command(name: string, options: CommandOptions, effect: Effect): ConvoxCommand {
  return {
    name,
    flags: [...everywhere, ...(options.flags ?? [])],
    args: options.args ?? [0, 0],
    misuse: options.misuse ?? (() => null),
    effect,
  }
}

/** A command that concerns this machine, the console or another service, whatever follows its name. */
export function local(name: string): ConvoxCommand {
  return { name, flags: [], args: any, misuse: () => null, effect: 'local' }
}

export const any: ConvoxCommand['args'] = [0, Number.POSITIVE_INFINITY]

export function atLeast(least: number): ConvoxCommand['args'] {
  return [least, Number.POSITIVE_INFINITY]
}
