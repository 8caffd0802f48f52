import { commandTables } from './command-tables.ts'
import type { ConvoxCommand } from './definition/command.ts'

export interface FoundCommand {
  readonly command: ConvoxCommand
  readonly rest: readonly string[]
}

/** The number of words in the longest command name. */
export const maxNameWords = 4

/** Finds the command with the longest name that the words begin with, as convox does. */
export function findCommand(words: readonly string[]): FoundCommand | null {
  for (let length = Math.min(words.length, maxNameWords); length > 0; length--) {
    const named = words.slice(0, length)
    const command = named.some((word) => word.includes(' ')) ? null : commandByName(named.join(' '))
    if (command) return { command, rest: words.slice(length) }
  }
  return null
}

function commandByName(name: string): ConvoxCommand | null {
  for (const table of commandTables) {
    const make = Object.hasOwn(table, name) ? table[name] : undefined
    if (make) return { name, ...make() }
  }
  return null
}
