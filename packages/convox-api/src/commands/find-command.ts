import type { ConvoxCommand } from './command.ts'

interface Node {
  readonly next: Map<string, Node>
  command: ConvoxCommand | null
}

export interface FoundCommand {
  readonly command: ConvoxCommand
  readonly rest: readonly string[]
}

/** Finds the command with the most words that the words begin with, as convox does. */
export type FindCommand = (words: readonly string[]) => FoundCommand | null

/** @throws Error when two commands have the same name */
export function compileCommands(commands: readonly ConvoxCommand[]): FindCommand {
  const root = emptyNode()
  for (const command of commands) insert(root, command)
  return function find(words) {
    let node: Node | undefined = root
    let found: FoundCommand | null = null
    for (let length = 0; node; length++) {
      if (node.command) found = { command: node.command, rest: words.slice(length) }
      node = node.next.get(words[length] ?? '')
    }
    return found
  }
}

function insert(root: Node, command: ConvoxCommand): void {
  let node = root
  for (const word of command.name.split(' ')) {
    const next = node.next.get(word) ?? emptyNode()
    node.next.set(word, next)
    node = next
  }
  if (node.command) throw new Error(`the command ${command.name} is there twice`)
  node.command = command
}

function emptyNode(): Node {
  return { next: new Map(), command: null }
}
