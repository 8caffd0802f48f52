import {
  commands,
  exitCodes,
  exitMeanings,
  flagRows,
  overviewExamples,
  overviewText,
  paragraphsOf,
  shownName,
  usageOf,
} from '@rack-gateway/cli/reference'

/** The manual page rack-gateway(1), from the table that parses and explains the commands. */
export function manual(version: string): string {
  return `${[
    `.TH RACK-GATEWAY 1 "" "rack-gateway ${version}" "Rack Gateway"`,
    '.SH NAME',
    text('rack-gateway - convox through a gateway that knows who you are'),
    '.SH SYNOPSIS',
    '.B rack-gateway',
    '.I command',
    '[words and flags of the command]',
    '.SH DESCRIPTION',
    ...overviewText.flatMap((sentence) => [text(sentence), '.PP']).slice(0, -1),
    '.SH EXAMPLES',
    ...block(overviewExamples).slice(1),
    '.SH COMMANDS',
    ...commands.toSorted((one, other) => (one.name < other.name ? -1 : 1)).flatMap(commandLines),
    '.SH EXIT STATUS',
    'Of a command of convox: its own, or 128 and the number of the signal that ended it. Of ours:',
    ...Object.entries(exitCodes).flatMap(([name, number]) =>
      tagged(String(number), exitMeanings[name as keyof typeof exitCodes]),
    ),
    '.SH ENVIRONMENT',
    ...Object.entries(variables).flatMap(([name, about]) => tagged(name, about)),
    '.SH FILES',
    ...tagged('~/.config/rack-gateway/config.json', 'gateways, and who is logged in to them'),
    ...tagged('.convox/rack', 'the rack of a project, in its directory'),
    '.SH SEE ALSO',
    text('docs/reference/cli.md, and docs/reference/cli-json.md for what --json prints'),
  ].join('\n')}\n`
}

const variables = {
  RACK_URL: 'beats every other choice: convox is run with it as it is',
  GATEWAY_RACK: 'the rack of this shell',
  RACK_GATEWAY_URL: 'with RACK_GATEWAY_TOKEN: the gateway, in place of the file',
  RACK_GATEWAY_TOKEN: 'the token for it',
  RACK_GATEWAY_CONFIG_DIR: 'where the file is',
  RACK_GATEWAY_TOKEN_STORE: 'where tokens are kept: keychain or file',
  CONVOX_BIN: 'the convox to run',
  NODE_EXTRA_CA_CERTS: 'a file with the certificate of a CA of your own',
  NO_COLOR: 'no weights or colours in tables',
} as const

function commandLines(command: (typeof commands)[number]): string[] {
  const { name, examples, arguments: words } = command
  const [summary, ...rest] = paragraphsOf(command)
  return [
    `.SS ${escaped(name)}`,
    text(summary.text),
    ...rest.flatMap((part) => (part.kind === 'set off' ? block(part.text.split('\n')) : ['.PP', text(part.text)])),
    ...block([usageOf(command)]),
    ...Object.entries(words).flatMap(([key, { about: meaning }]) => tagged(shownName(key), meaning)),
    ...flagRows(command).flatMap(([flag, meaning]) => tagged(flag.trim(), meaning)),
    '.PP',
    'Examples:',
    ...block(examples),
  ]
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
