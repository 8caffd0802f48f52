import { commonFlags, type Flag } from './flags.ts'
import type { Invocation } from './invocation.ts'
import type { Step } from './step.ts'

/** `local`: the command makes no call to the rack. `any-get`: it sends a GET to the path in its first argument. */
export type Effect = readonly Step[] | 'local' | 'any-get'

export interface CommandEntry {
  readonly flags: readonly Flag[]
  readonly args: readonly [minimum: number, maximum: number]
  /** Returns why the calls can't be predicted; null if they can. */
  readonly validate: (invocation: Invocation) => string | null
  readonly effect: Effect
}

export interface ConvoxCommand extends CommandEntry {
  readonly name: string
}

/** Commands by name. Each command is created when it is first needed, because creating all of them takes time. */
export type CommandTable = Readonly<Record<string, () => CommandEntry>>

export interface CommandOptions {
  readonly flags?: readonly Flag[]
  readonly args?: CommandEntry['args']
  readonly validate?: CommandEntry['validate']
}

export function command(options: CommandOptions, effect: Effect): CommandEntry {
  return {
    flags: [...commonFlags, ...(options.flags ?? [])],
    args: options.args ?? [0, 0],
    validate: options.validate ?? (() => null),
    effect,
  }
}

export function local(): CommandEntry {
  return { flags: [], args: anyNumber, validate: () => null, effect: 'local' }
}

export const anyNumber: CommandEntry['args'] = [0, Number.POSITIVE_INFINITY]

export function atLeast(minimum: number): CommandEntry['args'] {
  return [minimum, Number.POSITIVE_INFINITY]
}

/** Requires arguments of the form `Key=Value`, from an index on. */
export function requirePairs(from: number): (invocation: Invocation) => string | null {
  return ({ args }) => (args.slice(from).every((arg) => arg.includes('=')) ? null : 'an argument is not Key=Value')
}
