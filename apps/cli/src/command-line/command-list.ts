import type { CommandModule } from './command-module.ts'

type Load = () => Promise<CommandModule>

/** Commands with the same first word. */
export interface CommandGroup {
  readonly name: string
  readonly describe: string
  readonly details?: string
  readonly examples: readonly string[]
  /** The action that runs if no action is typed. */
  readonly default?: string
  readonly actions: Readonly<Record<string, Load>>
}

export interface Command {
  /** As it is typed: `tokens create`. */
  readonly name: string
  readonly group: CommandGroup | null
  readonly module: CommandModule
}

export interface CommandList {
  /** Commands of one word. */
  readonly singleCommands: Readonly<Record<string, Load>>
  readonly groups: readonly CommandGroup[]
}

export function groupNamed({ groups }: CommandList, name: string | undefined): CommandGroup | undefined {
  return groups.find((group) => group.name === name)
}

export function commandNames({ singleCommands, groups }: CommandList): string[] {
  return [
    ...Object.keys(singleCommands),
    ...groups.flatMap(({ name, actions }) => Object.keys(actions).map((action) => `${name} ${action}`)),
  ]
}

export async function loadSingleCommand({ singleCommands }: CommandList, name: string): Promise<Command | null> {
  const load = Object.hasOwn(singleCommands, name) ? singleCommands[name] : undefined
  return load === undefined ? null : { name, group: null, module: await load() }
}

export async function loadAction(group: CommandGroup, action: string): Promise<Command | null> {
  const { actions } = group
  const load = Object.hasOwn(actions, action) ? actions[action] : undefined
  return load === undefined ? null : { name: `${group.name} ${action}`, group, module: await load() }
}

export async function loadGroup(group: CommandGroup): Promise<Command[]> {
  return Promise.all(
    Object.entries(group.actions).map(async ([action, load]) => ({
      name: `${group.name} ${action}`,
      group,
      module: await load(),
    })),
  )
}

export async function loadSingleCommands({ singleCommands }: CommandList): Promise<Command[]> {
  return Promise.all(
    Object.entries(singleCommands).map(async ([name, load]) => ({ name, group: null, module: await load() })),
  )
}

export async function loadAllCommands(list: CommandList): Promise<Command[]> {
  return [...(await loadSingleCommands(list)), ...(await Promise.all(list.groups.map(loadGroup))).flat()]
}
