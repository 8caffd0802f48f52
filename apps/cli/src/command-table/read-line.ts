import { readCanWords } from '../commands/can-words.ts'
import { parseCommandLine } from '../convox/command-line.ts'
import type { Command } from './definition.ts'
import { commandNamed, commands, groups } from './index.ts'
import { readWords } from './read-words.ts'

/** The words after each `rack-gateway` of a line as a shell would pass them: quotes hold together, redirections and pipes end it. */
export function wordsOfLine(line: string): string[][] {
  const typed = line.replace(/\s{2,}[(#].*$/, '')
  return [...typed.matchAll(/(?:^|[\s(])rack-gateway((?:\s+(?:'[^']*'|"[^"]*"|[^\s'"|<>()]+)+)*)/g)].map(
    ([, words = '']) =>
      [...words.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"|<>()]+)+/g)].map(([word]) => word.replaceAll(/['"]/g, '')),
  )
}

/** Reads a line as it would be read if it were typed. @returns whose commands it has @throws Usage for what can't be understood */
export function readLine(line: string): ('us' | 'convox')[] {
  return wordsOfLine(line).map((words) => {
    const parsed = parseCommandLine(words)
    if (parsed.for === 'us' && !isAboutHelp(parsed.words)) {
      const { command, rest } = commandOf(parsed.words)
      if (command.reads === 'itself') readCanWords(rest, parsed.rack)
      else readWords(command, rest, parsed.rack)
    }
    return parsed.for
  })
}

function isAboutHelp([first]: readonly string[]): boolean {
  return first === undefined || first === 'help' || first.startsWith('-')
}

/** The command that words are of, and what follows its name. @throws Error for none */
export function commandOf(words: readonly string[]): { readonly command: Command; readonly rest: readonly string[] } {
  const whole = words.slice(0, 2).join(' ')
  const command =
    commandNamed(whole) ??
    commandNamed(words[0] ?? '') ??
    commands.find(({ name }) => groups.some((group) => group.name === words[0] && group.alone === name))
  if (command === undefined) throw new Error(`no command of ours is "${words.join(' ')}"`)
  return { command, rest: words.slice(command.name === whole ? 2 : 1) }
}
