import { nearest } from '@rack-gateway/errors/nearest'
import { ownCommands } from '../command-line/command-line.ts'
import { commandNames } from '../command-line/command-list.ts'
import { printable } from '../terminal/terminal.ts'

/**
 * Suggests a command of rack-gateway with a similar name, or a command whose second word was typed alone: `audit
 * recordings` for `recordings`.
 *
 * @returns a sentence, or null if convox has the command or no own command is similar
 */
export async function suggestOwnCommand(words: readonly string[]): Promise<string | null> {
  const [first = ''] = words
  const isHelp = first === 'help'
  const word = isHelp ? (words[1] ?? '') : first
  if (word === '' || word.startsWith('-')) return null
  const suggestion = nearest(word, ownCommands) ?? (await commandWithSecondWord(word))
  if (suggestion === null || suggestion === word) return null
  // Imported only now, because the list of convox's commands is slow to load.
  const { convoxFirstWords } = await import('../completion/convox-words.ts')
  if (convoxFirstWords().some((convox) => convox.word === word)) return null
  return `There is no command ${printable(word)}. Did you mean: rack-gateway ${isHelp ? 'help ' : ''}${suggestion}?`
}

/**
 * Checks, before convox starts, whether the first word is a misspelled command of rack-gateway or of convox. Convox
 * itself exits with 0 after an unknown command.
 *
 * @returns a sentence, or null if convox has the command or no command is similar
 */
export async function suggestBeforeStart(words: readonly string[]): Promise<string | null> {
  const [word = ''] = words
  if (word === '' || word.startsWith('-') || word === 'help') return null
  const { findCommand } = await import('@rack-gateway/convox-api/commands')
  if (findCommand(words) !== null) return null
  // Only now, because the list of all commands is slow to make.
  const { convoxFirstWords } = await import('../completion/convox-words.ts')
  const convoxWords = convoxFirstWords().map((convox) => convox.word)
  if (convoxWords.includes(word)) return null
  const suggestion = nearest(word, [...ownCommands, ...convoxWords])
  if (suggestion === null) return null
  return `There is no command ${printable(word)}. Did you mean: rack-gateway ${suggestion}? If convox has this command, use --no-precheck.`
}

/** The only own command with this second word; null if there are none or several. */
async function commandWithSecondWord(word: string): Promise<string | null> {
  const { commandList } = await import('./index.ts')
  const names = commandNames(commandList).filter((name) => name.split(' ')[1] === word)
  return names.length === 1 ? (names[0] ?? null) : null
}
