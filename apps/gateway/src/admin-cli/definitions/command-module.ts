import type { ArgumentsCamelCase, Argv, InferredOptionTypes, Options } from 'yargs'

export type CommandOptions = Readonly<Record<string, Options>>

export type Arguments<O extends CommandOptions> = ArgumentsCamelCase<InferredOptionTypes<O>>

/** The exports of a command's file. The handler imports its code when it runs, so that help loads no database code. */
export interface CommandModule {
  /** The name, and the positionals as `<name>`. */
  readonly command: string
  readonly describe: string
  readonly examples?: readonly (readonly [command: string, description: string])[]
  readonly builder: CommandOptions
  handler(args: ArgumentsCamelCase): Promise<void>
}

export function addCommands(group: Argv, modules: readonly CommandModule[], missingMessage: string): Argv {
  for (const module of modules) {
    const { command, describe, handler } = module
    group.command(command, describe, builderOf(module), handler)
  }
  return group.demandCommand(1, missingMessage)
}

function builderOf({ command, examples = [], builder }: CommandModule) {
  return function build(argv: Argv): Argv {
    for (const [example, description] of examples) argv.example(example, description)
    for (const [name, options] of Object.entries(builder)) {
      if (command.includes(`<${name}>`)) argv.positional(name, options as Parameters<Argv['positional']>[1])
      else argv.option(name, options)
    }
    return argv
  }
}
