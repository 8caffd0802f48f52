import type { ParsedArguments } from './parse-arguments.ts'
import { trimAscii } from './trim-ascii.ts'
import type { CommandContext } from './types.ts'

export interface Invocation extends ParsedArguments {
  readonly context: CommandContext
}

/** Returns a value for a call; null if only the rack knows it. */
export type Source = (invocation: Invocation) => string | null
export type Condition = (invocation: Invocation) => boolean

/** An argument; empty if it is missing. */
export function argument(index: number): (invocation: Invocation) => string {
  return ({ args }) => args[index] ?? ''
}

/** The arguments after the first one, joined by spaces as convox does. Quotes that the shell removed are lost. */
export function commandFromArguments({ args }: Invocation): string {
  return args.slice(1).join(' ')
}

/** The last value of a flag; empty if the flag was not given. */
export function flagText(name: string): (invocation: Invocation) => string {
  return ({ flags }) => flags.get(name)?.at(-1) ?? ''
}

/** All values of a flag, joined by commas as convox does. */
export function everyFlagText(name: string): (invocation: Invocation) => string {
  return ({ flags }) => flags.get(name)?.join(',') ?? ''
}

/** Whether a flag was given. A flag with an empty value and `--flag=false` count as given. */
export function isGiven(name: string): Condition {
  return ({ flags }) => flags.has(name)
}

export function isEnabled(name: string): Condition {
  return (invocation) => flagText(name)(invocation) === 'true'
}

export function not(condition: Condition): Condition {
  return (invocation) => !condition(invocation)
}

export function hasArgument({ args }: Invocation): boolean {
  return args[0] !== undefined && args[0] !== ''
}

export function unknownToCli(): null {
  return null
}

/** The app of `--app`, of `.convox/app`, or of the working directory, in this order. */
export function selectedApp(invocation: Invocation): string {
  const { appSetting, directory } = invocation.context
  return flagText('app')(invocation) || trimAscii(appSetting ?? '') || directory
}

/** The app for commands that also take its name as an argument. */
export function argumentOrSelectedApp(invocation: Invocation): string {
  return argument(0)(invocation) || selectedApp(invocation)
}

/** The command that keeps an attached process running until the exec call brings the real command. */
export function keepAliveCommand(invocation: Invocation): string {
  const seconds = Number(flagText('timeout')(invocation))
  return `sleep ${seconds > 0 ? seconds : 3600}`
}
