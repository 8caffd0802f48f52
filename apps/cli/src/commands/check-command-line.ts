import { parseCommandLine } from '../convox/command-line.ts'
import { findCommand, type LeadingFlags, withLeadingFlags } from '../own-command.ts'
import { parseWords } from './parse-words.ts'

/**
 * The words after each `rack-gateway` of a command line. Like a shell, it joins quoted words, and ends a command at a
 * redirection or pipe.
 */
export function wordsOfLine(line: string): string[][] {
  const typed = line.replace(/\s{2,}#.*$/, '')
  return [...typed.matchAll(/(?:^|[\s(])rack-gateway((?:\s+(?:'[^']*'|"[^"]*"|[^\s'"|<>()]+)+)*)/g)].map(
    ([, words = '']) =>
      [...words.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"|<>()]+)+/g)].map(([word]) => word.replaceAll(/['"]/g, '')),
  )
}

/** Parses a line without running it. @returns the program of each command @throws Usage for words that no command accepts */
export async function checkCommandLine(line: string): Promise<('us' | 'convox')[]> {
  return Promise.all(
    wordsOfLine(line).map(async (words) => {
      const parsed = parseCommandLine(words)
      if (parsed.for === 'us' && !isHelp(parsed.words)) await parseOwnWords(parsed.words, parsed)
      return parsed.for
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
