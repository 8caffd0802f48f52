import {
  type Command,
  type CommandGroup,
  commands,
  commandsOf,
  exitCodes,
  exitMeanings,
  flagRows,
  groups,
  overviewExamples,
  overviewPurpose,
  overviewText,
  overviewUsage,
  paragraphsOf,
  shownName,
  usageOf,
} from '@rack-gateway/cli/reference'
import { code, table } from './table.ts'

/** The generated parts of cli.md, from the table that parses and explains the commands. */
export function cliParts(): Record<string, string> {
  return {
    overview: [overviewPurpose, block(overviewUsage), ...overviewText, block(overviewExamples)].join('\n\n'),
    commands: [...groups.map(groupPart), ...commands.filter(isAlone).map((command) => commandPart(command, '##'))]
      .toSorted()
      .join('\n\n'),
    codes: table(
      ['code', 'meaning'],
      [
        ['convox’s own', 'convox ran; 128 + n when signal n ended it'],
        ...Object.entries(exitCodes).map(([name, number]) => [
          String(number),
          exitMeanings[name as keyof typeof exitCodes],
        ]),
      ],
    ),
  }
}

function isAlone({ name }: Command): boolean {
  return !name.includes(' ')
}

function groupPart(group: CommandGroup): string {
  return [
    `## ${group.name}`,
    sentencesOf(group),
    ...(group.alone === undefined ? [] : [`Alone, it is ${code(group.alone)}.`]),
    ...commandsOf(group).map((command) => commandPart(command, '###')),
  ].join('\n\n')
}

function commandPart(command: Command, heading: string): string {
  const words = Object.entries(command.arguments).map(([key, { about }]) => [code(shownName(key)), about])
  const flags = flagRows(command).map(([flag, about]) => [code(flag.trim()), about])
  return [
    `${heading} ${command.name}`,
    sentencesOf(command),
    `Usage: ${code(usageOf(command))}`,
    ...(words.length + flags.length === 0 ? [] : [table(['word or flag', 'meaning'], [...words, ...flags])]),
    ...formerNames(command),
    block(command.examples),
  ].join('\n\n')
}

function formerNames({ aliases = [] }: Command): string[] {
  return aliases.length === 0 ? [] : [`Older name: ${aliases.map(code).join(', ')}.`]
}

/** The summary and what follows it are one paragraph here. */
function sentencesOf(described: Command | CommandGroup): string {
  const [summary, ...rest] = paragraphsOf(described)
  const parts = rest.map(({ kind, text }) => (kind === 'set off' ? setOff(text) : text))
  return [[summary.text, ...parts.slice(0, 1)].join(' '), ...parts.slice(1)].join('\n\n')
}

function block(lines: readonly string[]): string {
  return ['```sh', ...lines.map((line) => line.replace(/\s{2,}\((.*)\)$/, '  # $1')), '```'].join('\n')
}

function setOff(part: string): string {
  return ['```', ...part.split('\n').map((line) => line.slice(2)), '```'].join('\n')
}
