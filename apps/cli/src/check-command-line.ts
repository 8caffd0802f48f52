import { type CommandLine, parseCommandLine } from './command-line/command-line.ts'
import { parseWords } from './command-line/parse-words.ts'
import { findCommand, type LeadingFlags, withLeadingFlags } from './own-command.ts'

/**
 * Finds the words after each `rack-gateway` in a command line of the documentation. As in a shell, quotes join words,
 * and a redirection or pipe ends a command.
 */
export function wordsOfLine(line: string): string[][] {
  const withoutComment = line.replace(/\s{2,}#.*$/, '')
  return [...withoutComment.matchAll(/(?:^|[\s(])rack-gateway((?:\s+(?:'[^']*'|"[^"]*"|[^\s'"|<>()]+)+)*)/g)].map(
    ([, words = '']) =>
      [...words.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"|<>()]+)+/g)].map(([word]) => word.replaceAll(/['"]/g, '')),
  )
}

/** Runs nothing. @returns the program of each command @throws Usage for words that no command accepts */
export async function checkCommandLine(line: string): Promise<CommandLine['program'][]> {
  return Promise.all(
    wordsOfLine(line).map(async (words) => {
      const parsed = parseCommandLine(words)
      if (parsed.program === 'rack-gateway' && !isHelp(parsed.words)) await parseOwnWords(parsed.words, parsed)
      return parsed.program
    }),
  )
}

async function parseOwnWords(words: readonly string[], flags: LeadingFlags): Promise<void> {
  const found = await findCommand(words)
  if (found.kind === 'command') await parseWords(found.command, withLeadingFlags(found.rest, flags), 80)
}

function isHelp([first]: readonly string[]): boolean {
  return first === undefined || first === 'help' || first.startsWith('-')
}
