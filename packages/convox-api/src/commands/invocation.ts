import type { Words } from './read-words.ts'
import { trimmed } from './trimmed.ts'
import type { CommandPlace } from './types.ts'

/** A command as convox has understood it. */
export interface Invocation extends Words {
  readonly place: CommandPlace
}

/** Where a value comes from. Null: only the rack knows it. */
export type Source = (invocation: Invocation) => string | null
export type Condition = (invocation: Invocation) => boolean

/** An argument; empty where there is none. */
export function argument(index: number): (invocation: Invocation) => string {
  return ({ args }) => args[index] ?? ''
}

/** What follows the first argument, joined as convox joins it: quotes that a shell took away don't come back. */
export function typedCommand({ args }: Invocation): string {
  return args.slice(1).join(' ')
}

/** What a flag says; empty where it wasn't given. */
export function flagText(name: string): (invocation: Invocation) => string {
  return ({ flags }) => flags.get(name)?.at(-1) ?? ''
}

/** What a flag says, where it may be given more than once: convox joins the values with commas. */
export function everyFlagText(name: string): (invocation: Invocation) => string {
  return ({ flags }) => flags.get(name)?.join(',') ?? ''
}

/** Whether a flag was given at all, also an empty one or a toggle that is switched off. */
export function given(name: string): Condition {
  return ({ flags }) => flags.has(name)
}

export function isOn(name: string): Condition {
  return (invocation) => flagText(name)(invocation) === 'true'
}

export function not(condition: Condition): Condition {
  return (invocation) => !condition(invocation)
}

export function hasArgument({ args }: Invocation): boolean {
  return args[0] !== undefined && args[0] !== ''
}

export function onlyTheRackKnows(): null {
  return null
}

/** The app of `--app`, else of `.convox/app`, else of the working directory. */
export function namedApp(invocation: Invocation): string {
  const { appSetting, directory } = invocation.place
  return flagText('app')(invocation) || trimmed(appSetting ?? '') || directory
}

/** Commands on an app as a whole take its name as an argument too. */
export function argumentOrApp(invocation: Invocation): string {
  return argument(0)(invocation) || namedApp(invocation)
}
