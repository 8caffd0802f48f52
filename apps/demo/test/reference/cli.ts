import {
  type Command,
  type CommandOption,
  commandList,
  exitCodes,
  exitMeanings,
  isSwitch,
  loadAllCommands,
  optionsOf,
  overview,
} from '@rack-gateway/cli/reference'
import { code, joined, list } from './table.ts'

/** An option, and the names of the commands that have it. */
export interface OptionUse {
  readonly name: string
  readonly option: CommandOption
  readonly commands: readonly string[]
}

interface Section {
  readonly title: string
  readonly sentences: readonly string[]
  readonly commands: readonly Command[]
}

/** The generated parts of cli.md, from the modules of the commands. */
export async function cliParts(): Promise<Record<string, string>> {
  const commands = await loadAllCommands(commandList)
  const { shared, own } = optionUses(commands)
  return {
    overview: [block(overview.usage), ...overview.details.slice(0, 2), block(overview.examples)].join('\n\n'),
    options: list(
      shared.map(({ name, option, commands: users }) => [
        code(typedOption(name, option)),
        `${optionMeaning(option)}. (${usersOf(users, commands)})`,
      ]),
    ),
    commands: sectionsOf(commands)
      .map((section) => sectionPart(section, own))
      .join('\n\n'),
    codes: list([
      ['the code of convox', 'convox ran; 128 + n means that signal n ended it'],
      ...Object.entries(exitCodes).map(([name, number]): [string, string] => [
        String(number),
        exitMeanings[name as keyof typeof exitCodes],
      ]),
    ]),
  }
}

/** Each option once: those that commands of several groups share, and those of one group. */
export function optionUses(commands: readonly Command[]): { shared: OptionUse[]; own: OptionUse[] } {
  const uses = new Map<string, { name: string; option: CommandOption; commands: string[]; groups: Set<string> }>()
  for (const { name, group, module } of commands)
    for (const [key, option] of optionsOf(module)) {
      const id = `${key} ${option.describe} ${option.default}`
      const use = uses.get(id) ?? { name: key, option, commands: [], groups: new Set() }
      use.commands.push(name)
      use.groups.add(group?.name ?? name)
      uses.set(id, use)
    }
  const all = [...uses.values()]
  return { shared: all.filter(({ groups }) => groups.size > 1), own: all.filter(({ groups }) => groups.size === 1) }
}

export function typedOption(name: string, { alias }: CommandOption): string {
  return typeof alias === 'string' ? `-${alias}, --${name}` : `--${name}`
}

export function optionMeaning(option: CommandOption): string {
  const { describe = '', choices, default: usual, demandOption } = option
  const notes = [
    choices === undefined ? '' : choices.join(', '),
    usual === undefined ? '' : `default: ${usual}`,
    demandOption ? 'required' : '',
  ].filter((note) => note !== '')
  return notes.length === 0 || isSwitch(option) ? describe : `${describe} (${notes.join('; ')})`
}

function sectionsOf(commands: readonly Command[]): Section[] {
  const ofGroups = commandList.groups.map((group) => ({
    title: group.name,
    sentences: [group.describe, ...(group.details === undefined ? [] : [group.details])],
    commands: commands.filter((command) => command.group === group),
  }))
  const single = { title: 'Other commands', sentences: [], commands: commands.filter(({ group }) => group === null) }
  return [single, ...ofGroups.toSorted((one, other) => (one.title < other.title ? -1 : 1))]
}

function sectionPart({ title, sentences, commands }: Section, own: readonly OptionUse[]): string {
  const names = new Set(commands.map(({ name }) => name))
  const uses = own.filter((use) => use.commands.every((name) => names.has(name)))
  return [
    `## ${title}`,
    ...(sentences.length === 0 ? [] : [sentences.join(' ')]),
    list(
      commands.map(({ name, module }) => [
        code([name, ...module.command.split(' ').slice(1)].join(' ')),
        module.describe,
        (module.details ?? '').split('\n\n')[0] ?? '',
      ]),
    ),
    ...optionLists(uses, names),
  ].join('\n\n')
}

/** The options of a section, below the commands that have them. */
function optionLists(uses: readonly OptionUse[], section: ReadonlySet<string>): string[] {
  const byUsers = new Map<string, OptionUse[]>()
  for (const use of uses) {
    const users = use.commands.length === section.size ? '' : ` of ${use.commands.map(shortName).join(', ')}`
    byUsers.set(users, [...(byUsers.get(users) ?? []), use])
  }
  return [...byUsers].flatMap(([users, ofUsers]) => [
    `Options${users}:`,
    list(
      joined(
        ofUsers.map(({ name, option }) => [code(typedOption(name, option)), optionMeaning(option)]),
        0,
      ).map(([names = '', meaning = '']) => [names, meaning]),
    ),
  ])
}

/** The commands that have an option, or the few that do not. */
function usersOf(names: readonly string[], commands: readonly Command[]): string {
  const others = commands.map(({ name }) => name).filter((name) => !names.includes(name))
  return names.length > others.length ? `all but ${byGroup(others, commands)}` : byGroup(names, commands)
}

/** The name of a group stands for all its commands. */
function byGroup(names: readonly string[], commands: readonly Command[]): string {
  const whole = commandList.groups.filter((group) =>
    commands.every(({ name, group: of }) => of !== group || names.includes(name)),
  )
  const terms = names.map((name) => whole.find((group) => name.startsWith(`${group.name} `))?.name ?? name)
  return [...new Set(terms)].join(', ')
}

function shortName(name: string): string {
  return name.split(' ').at(-1) ?? name
}

function block(lines: readonly string[]): string {
  return ['```sh', ...lines.map((line) => line.replace(/\s{2,}#/, '  #')), '```'].join('\n')
}
