import type { ConvoxCommand } from './command.ts'
import { commandTables } from './table.ts'

export interface FoundCommand {
  readonly command: ConvoxCommand
  readonly rest: readonly string[]
}

/** No command's name has more. */
export const mostNameWords = 4

/** Finds the command with the most words that the words begin with, as convox does. */
export function findCommand(words: readonly string[]): FoundCommand | null {
  for (let length = Math.min(words.length, mostNameWords); length > 0; length--) {
    const named = words.slice(0, length)
    const command = named.some((word) => word.includes(' ')) ? null : commandNamed(named.join(' '))
    if (command) return { command, rest: words.slice(length) }
  }
  return null
}

function commandNamed(name: string): ConvoxCommand | null {
  for (const table of commandTables) {
    const make = Object.hasOwn(table, name) ? table[name] : undefined
    if (make) return { name, ...make() }
  }
  return null
}
