import yargs, { type Argv } from 'yargs'
import { Usage } from './errors.ts'
import { printable } from './terminal.ts'

export const rackOption = { alias: 'r', type: 'string', requiresArg: true, describe: 'the rack to use' } as const
export const jsonOption = { type: 'boolean', default: false, describe: 'print JSON' } as const

/** A parser of our own commands. What it can't understand is a Usage. @param help the command that explains more */
export function commandParser(help: string): Argv {
  return yargs([])
    .scriptName('rack-gateway')
    .locale('en')
    .parserConfiguration({ 'duplicate-arguments-array': false, 'parse-positional-numbers': false })
    .wrap(null)
    .version(false)
    .help()
    .alias('help', 'h')
    .strict()
    .exitProcess(false)
    .fail((message, error) => {
      throw error === undefined || error.name === 'YError'
        ? new Usage(`${complaint(message ?? error?.message ?? '')}: see ${help}`)
        : error
    })
}

/** The parser's complaint as a sentence of ours. It can quote what was typed. */
function complaint(message: string): string {
  const short = message.replace(/^Not enough non-option arguments.*/s, 'an argument is missing').replaceAll('\n', ' ')
  return printable(short)
}
