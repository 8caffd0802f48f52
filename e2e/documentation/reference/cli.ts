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
import { code, list } from './table.ts'

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
  const { shared } = optionUses(commands)
  return {
    overview: [block(overview.usage), ...overview.details.slice(0, 2), block(overview.examples)].join('\n\n'),
    options: list(sharedOptions(shared, commands)),
    commands: sectionsOf(commands).map(sectionPart).join('\n\n'),
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

/** Shared options with the commands that have them. Options of the same commands name these once. */
function sharedOptions(shared: readonly OptionUse[], all: readonly Command[]): [string, string, string][] {
  const usersOf = (use: OptionUse | undefined) => (use === undefined ? '' : commandNames(use.commands, all))
  return shared.map((use, index) => {
    const users = usersOf(use)
    const isRepeated = users === usersOf(shared[index - 1])
    const meaning = `${optionMeaning(use.option)}.`
    return [code(typedOption(use.name, use.option)), meaning, `Commands: ${isRepeated ? 'the same' : users}.`]
  })
}

/** Most commands are named by those that are missing, and commands of a group share its name. */
function commandNames(names: readonly string[], all: readonly Command[]): string {
  const others = all.map(({ name }) => name).filter((name) => !names.includes(name))
  const isMost = others.length < names.length
  const listed = all.filter(({ name }) => (isMost ? others : names).includes(name))
  const single = listed.flatMap(({ name, group }) => (group === null ? [name] : []))
  const grouped = commandList.groups.flatMap((group) => {
    const ofGroup = listed.filter((command) => command.group === group)
    if (ofGroup.length === 0) return []
    const isWhole = all.every((command) => command.group !== group || ofGroup.includes(command))
    const actions = ofGroup.map(({ name }) => name.slice(group.name.length + 1)).join('|')
    return [isWhole ? group.name : `${group.name} ${actions}`]
  })
  const text = [...single, ...grouped].map(code).join(', ')
  return isMost ? `all but ${text}` : text
}

export function typedOption(name: string, { alias }: CommandOption): string {
  return typeof alias === 'string' ? `-${alias}, --${name}` : `--${name}`
}

export function optionMeaning(option: CommandOption): string {
  const { describe = '', choices, default: usual, demandOption } = option
  const notes = [
    choices === undefined || choices.every((choice) => describe.includes(String(choice))) ? '' : choices.join(', '),
    usual === undefined ? '' : `default: ${usual}`,
    demandOption ? 'required' : '',
  ].filter((note) => note !== '')
  return notes.length === 0 || isSwitch(option) ? describe : `${describe} (${notes.join('; ')})`
}

function sectionsOf(commands: readonly Command[]): Section[] {
  const ofGroups = commandList.groups.map((group) => ({
    title: group.name,
    sentences: [group.describe],
    commands: commands.filter((command) => command.group === group),
  }))
  const single = { title: 'Other commands', sentences: [], commands: commands.filter(({ group }) => group === null) }
  return [single, ...ofGroups.toSorted((one, other) => (one.title < other.title ? -1 : 1))]
}

function sectionPart({ title, sentences, commands }: Section): string {
  return [
    `## ${title}`,
    ...(sentences.length === 0 ? [] : [sentences.join(' ')]),
    list(
      commands.map(({ name, module }) => [
        code([name, ...module.command.split(' ').slice(1)].join(' ')),
        module.describe,
      ]),
    ),
  ].join('\n\n')
}

function block(lines: readonly string[]): string {
  return ['```sh', ...lines.map((line) => line.replace(/\s{2,}#/, '  #')), '```'].join('\n')
}
