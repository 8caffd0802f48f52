import type { Command, CommandGroup, CommandTable } from './definition.ts'

/** Finds a command by its name or by an alias. */
export function findCommand({ commands }: CommandTable, name: string): Command | undefined {
  return commands.find((command) => command.name === name || command.aliases?.includes(name))
}

export function commandsInGroup({ commands }: CommandTable, { name }: CommandGroup): Command[] {
  return commands.filter((command) => command.name.startsWith(`${name} `))
}

/** The first word of each command, with a summary. */
export function firstWords({ commands, groups }: CommandTable): [string, string][] {
  const words = new Map<string, string>()
  for (const { name, summary } of commands) {
    const [first = ''] = name.split(' ')
    words.set(first, groups.find((group) => group.name === first)?.summary ?? summary)
  }
  return [...words, ['help', 'explain a command']]
}
