import {
  argumentsOf,
  type Command,
  commandList,
  exitCodes,
  exitMeanings,
  loadAllCommands,
  overview,
} from '@rack-gateway/cli/reference'
import { type OptionUse, optionMeaning, optionUses, typedOption } from './cli.ts'

/** The manual page rack-gateway(1), from the modules of the commands. */
export async function manual(version: string): Promise<string> {
  const commands = await loadAllCommands(commandList)
  const { shared, own } = optionUses(commands)
  return `${[
    `.TH RACK-GATEWAY 1 "" "rack-gateway ${version}" "Rack Gateway"`,
    '.SH NAME',
    text('rack-gateway - run convox through a Rack Gateway'),
    '.SH SYNOPSIS',
    '.B rack-gateway',
    '.I command',
    '[arguments and options of the command]',
    '.SH DESCRIPTION',
    ...overview.details.flatMap((sentence) => [text(sentence), '.PP']).slice(0, -1),
    '.SH EXAMPLES',
    ...block(overview.examples).slice(1),
    '.SH OPTIONS OF SEVERAL COMMANDS',
    ...shared.flatMap(optionLines),
    '.SH COMMANDS',
    ...commands
      .toSorted((one, other) => (one.name < other.name ? -1 : 1))
      .flatMap((command) => commandLines(command, own)),
    '.SH EXIT STATUS',
    'A command of convox: its own exit status, or 128 and the number of the signal that ended it. Other commands:',
    ...Object.entries(exitCodes).flatMap(([name, number]) =>
      tagged(String(number), exitMeanings[name as keyof typeof exitCodes]),
    ),
    '.SH ENVIRONMENT',
    ...Object.entries(variables).flatMap(([name, about]) => tagged(name, about)),
    '.SH FILES',
    ...tagged('~/.config/rack-gateway/config.json', 'gateways and sessions'),
    ...tagged('.convox/rack', 'the rack of a project, in its directory'),
    '.SH SEE ALSO',
    text('docs/reference/cli.md, and docs/reference/cli-json.d.ts for the output of --json'),
  ].join('\n')}\n`
}

const variables = {
  RACK_URL: 'takes precedence over every other choice; convox gets it unchanged',
  GATEWAY_RACK: 'the rack of this shell',
  RACK_GATEWAY_URL: 'with RACK_GATEWAY_TOKEN: the gateway, instead of the configuration file',
  RACK_GATEWAY_TOKEN: 'the token for it',
  RACK_GATEWAY_CONFIG_DIR: 'the directory of the configuration file',
  RACK_GATEWAY_TOKEN_STORE: 'where tokens are stored: keychain or file',
  RACK_GATEWAY_MFA_CODE:
    'a code that proves your second factor, if a command needs this; used once, and never passed on to convox',
  CONVOX_BIN: 'the convox to run',
  NODE_EXTRA_CA_CERTS: 'a file with the certificate of your own CA',
  NO_COLOR: 'no bold text and no colors',
} as const

function commandLines({ name, module }: Command, own: readonly OptionUse[]): string[] {
  const [summary = '', ...rest] = (module.details ?? '').split('\n\n')
  return [
    `.SS ${escaped([name, ...module.command.split(' ').slice(1)].join(' '))}`,
    text([module.describe, summary].join(' ').trim()),
    ...rest.flatMap((part) => (part.startsWith('  ') ? block(part.split('\n')) : ['.PP', text(part)])),
    ...argumentsOf(module).flatMap((argument) => tagged(argument.name, module.builder[argument.name]?.describe ?? '')),
    ...own.filter(({ commands }) => commands.includes(name)).flatMap(optionLines),
    ...block(module.examples),
  ]
}

function optionLines({ name, option }: OptionUse): string[] {
  return tagged(typedOption(name, option), optionMeaning(option))
}

function tagged(tag: string, meaning: string): string[] {
  return ['.TP', `.B ${escaped(tag)}`, text(meaning)]
}

function block(lines: readonly string[]): string[] {
  return ['.PP', '.nf', '.RS 4', ...lines.map(text), '.RE', '.fi']
}

/** A line of text: nothing in it is a request. */
function text(line: string): string {
  return /^[.']/.test(line) ? `\\&${escaped(line)}` : escaped(line)
}

function escaped(line: string): string {
  return line.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll('’', '\\(cq').replaceAll('…', '...')
}
