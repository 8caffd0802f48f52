import { nearest } from '@rack-gateway/config/client'
import { commandNames } from '../commands/command-list.ts'
import { printable } from '../output/terminal.ts'
import { ownCommands } from './command-line.ts'

/**
 * Says which command of ours was probably meant by words that were taken for convox's: one with a similar name, or one that
 * is a second word, such as `recordings` of `audit recordings`.
 *
 * @returns a sentence, or null for a command that convox is known to have, and for one that is like none of ours
 */
export async function suggestOwnCommand(words: readonly string[]): Promise<string | null> {
  const [first = ''] = words
  const isHelp = first === 'help'
  const word = isHelp ? (words[1] ?? '') : first
  if (word === '' || word.startsWith('-')) return null
  // What convox has takes longer to load than Node: for what is nearly one of ours alone.
  const meant = nearest(word, ownCommands) ?? (await secondWordIn(word))
  if (meant === null || meant === word) return null
  const { convoxFirstWords } = await import('../completion/convox-words.ts')
  if (convoxFirstWords().some((theirs) => theirs.word === word)) return null
  const found = `There is no command ${printable(word)}.`
  return `${found} Did you mean: rack-gateway ${isHelp ? 'help ' : ''}${meant}?`
}

/** The only command of ours with this second word; null for none and for several. */
async function secondWordIn(word: string): Promise<string | null> {
  const { commandList } = await import('../commands/index.ts')
  const names = commandNames(commandList).filter((name) => name.split(' ')[1] === word)
  return names.length === 1 ? (names[0] ?? null) : null
}
