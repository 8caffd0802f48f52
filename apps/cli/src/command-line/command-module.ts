import type { InferredOptionType, Options } from 'yargs'
import type { Context } from '../invocation/context.ts'

/** An option, or an argument that the command's usage names. */
export interface CommandOption extends Options {
  /** The kind of names that completion suggests as the value. */
  readonly complete?: 'rack' | 'app' | 'file'
  /** Whether a comma separates the items of a list, so that each value of the option can have several. */
  readonly commas?: boolean
}

export type CommandOptions = Readonly<Record<string, CommandOption>>

type CamelCase<S extends string> = S extends `${infer First}-${infer Rest}`
  ? `${First}${Capitalize<CamelCase<Rest>>}`
  : S

/** Values of options and arguments, by their names in camel case. */
export type Values<O extends CommandOptions> = {
  readonly [K in keyof O & string as CamelCase<K>]: InferredOptionType<O[K]>
}

export type Arguments<O extends CommandOptions> = Values<O> & { readonly context: Context }

/** A yargs command module: each file of a command exports these members. */
export interface CommandModule {
  /** The command's last word and its arguments, such as `create <name>`. */
  readonly command: string
  readonly describe: string
  /** Paragraphs below the options. */
  readonly details?: string
  /** Command lines, optionally with a comment after `#`. */
  readonly examples: readonly string[]
  readonly builder: CommandOptions
  /**
   * The activity that the terminal shows if the command takes longer than a second. By default `asking the gateway`.
   * Null shows nothing.
   */
  readonly progress?: string | null
  /** Whether the words after the options of the command belong to another program. */
  readonly passThrough?: true
  /** @returns the exit code; nothing means 0 */
  // biome-ignore lint/suspicious/noConfusingVoidType: most commands return no exit code
  handler(argv: object): Promise<number | void>
}

export interface CommandArgument {
  readonly name: string
  /** The argument as the usage shows it, such as `<name>`. */
  readonly shown: string
  readonly isRequired: boolean
  readonly isVariadic: boolean
}

/** The arguments in a command's usage, in their order. */
export function argumentsOf({ command }: Pick<CommandModule, 'command'>): CommandArgument[] {
  return [...command.matchAll(/[<[]([\w-]+)(\.\.)?[>\]]/g)].map(([shown, name = '', dots]) => ({
    name,
    shown,
    isRequired: shown.startsWith('<'),
    isVariadic: dots !== undefined,
  }))
}

/** The entries of a command's builder that are options, not arguments. */
export function optionsOf(module: Pick<CommandModule, 'command' | 'builder'>): [name: string, option: CommandOption][] {
  const names = new Set(argumentsOf(module).map(({ name }) => name))
  return Object.entries(module.builder).filter(([name]) => !names.has(name))
}

/** Whether an option takes no value. */
export function isSwitch({ type }: CommandOption): boolean {
  return type === 'boolean'
}
