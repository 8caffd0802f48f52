import { type Command, type CommandGroup, type Described, flagName } from './definition.ts'
import { paragraphsOf } from './paragraphs.ts'
import { shownName, shownValue } from './read-words.ts'

/** What help says of one command: purpose, usage, details, examples. @param columns of the terminal */
export function commandHelp(command: Command, columns: number): string {
  const [purpose = '', ...details] = told(command, columns)
  return [
    purpose,
    `Usage: ${usageOf(command)}`,
    ...details,
    ...section(
      'Arguments',
      Object.entries(command.arguments).map(([key, { about }]) => [shownName(key), about]),
      columns,
    ),
    ...section('Flags', flagRows(command), columns),
    ...formerNames(command),
    examplesOf(command),
  ].join('\n\n')
}

/** What help says of several commands. */
export function groupHelp(group: CommandGroup, commands: readonly Command[], columns: number): string {
  const [purpose = '', ...details] = told(group, columns)
  return [
    purpose,
    `Usage: rack-gateway ${group.name} ${group.alone === undefined ? 'COMMAND' : '[COMMAND]'} [flags]`,
    ...details,
    ...section(
      'Commands',
      commands.map(({ name, summary }) => [name, summary]),
      columns,
    ),
    examplesOf(group),
    `More of one: rack-gateway help ${group.name} COMMAND`,
  ].join('\n\n')
}

function formerNames({ aliases = [] }: Command): string[] {
  return aliases.length === 0 ? [] : [`Older name: ${aliases.map((name) => `rack-gateway ${name}`).join(', ')}`]
}

/** What is said of a name takes no fewer columns: where they aren't there beside it, it is below. */
const narrowest = 20
const below = 10

/** Rows of names and what they are, under a heading; none without rows. */
export function section(heading: string, rows: readonly (readonly [string, string])[], columns: number): string[] {
  if (rows.length === 0) return []
  const beside = Math.max(...rows.map(([name]) => name.length)) + 4
  const isBeside = columns - beside >= narrowest
  const width = isBeside ? beside : below
  const lines = rows.map(([name, about]) => {
    const told = wrapped(about, columns - width).join(`\n${' '.repeat(width)}`)
    return isBeside ? `  ${name}`.padEnd(width) + told : `  ${name}\n${' '.repeat(width)}${told}`
  })
  return [`${heading}:\n${lines.join('\n')}`]
}

export function usageOf({ name, arguments: words, flags }: Command): string {
  const named = Object.entries(words).map(([key, { takes }]) => {
    const shown = takes === 'some' || takes === 'any' ? `${shownName(key)}…` : shownName(key)
    return takes === 'needed' || takes === 'some' ? shown : `[${shown}]`
  })
  const needed = Object.entries(flags).flatMap(([key, flag]) =>
    flag.takes === 'needed' ? [`--${flagName(key)} ${shownValue(flag)}`] : [],
  )
  const rest = Object.keys(flags).length > needed.length ? ['[flags]'] : []
  return ['rack-gateway', name, ...named, ...needed, ...rest].join(' ')
}

/** Each flag as it is typed, and what it is. */
export function flagRows({ flags }: Pick<Command, 'flags'>): [string, string][] {
  return Object.entries(flags).map(([key, flag]) => {
    const { short, takes, about, choices, value, default: usual } = flag
    const name = `--${takes === 'either' ? '[no-]' : ''}${flagName(key)}`
    const shown = [short === undefined ? '    ' : `-${short}, `, name, shownValue(flag) && ` ${shownValue(flag)}`].join(
      '',
    )
    const more = [
      value !== undefined && choices !== undefined ? choices.join(', ') : '',
      takes === 'many' ? 'may stand more than once' : '',
      usual === undefined ? '' : `${usual} if left out`,
    ].filter((part) => part !== '')
    return [shown, more.length === 0 ? about : `${about} (${more.join('; ')})`]
  })
}

function examplesOf({ examples }: Described): string {
  return ['Examples:', ...examples.map((line) => `  ${line}`)].join('\n')
}

function told(described: Described, columns: number): string[] {
  return paragraphsOf(described).map(({ kind, text }) =>
    kind === 'set off' ? text : wrapped(text, columns).join('\n'),
  )
}

export function wrapped(text: string, columns: number): string[] {
  const width = Math.max(narrowest, columns)
  const lines = ['']
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? ''
    if (line !== '' && line.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`
  }
  return lines
}
