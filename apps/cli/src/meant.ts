import { nearest } from '@rack-gateway/config/client'
import { ownCommands } from './command-line.ts'
import type { Context } from './context.ts'
import { printable } from './terminal.ts'

/** Says which command of ours may have been meant by what was taken for convox's, came to nothing, and isn't known as convox's. */
export async function noteMeant({ note }: Pick<Context, 'note'>, [word = '']: readonly string[]): Promise<void> {
  const near = nearest(word, ownCommands)
  if (near === null || near === word) return
  // What convox has takes longer to load than Node: for what is nearly one of ours alone.
  const { convoxFirstWords } = await import('./completion/convox-words.ts')
  if (convoxFirstWords().some((theirs) => theirs.word === word)) return
  note(`convox is not known to have a command ${printable(word)}: did you mean rack-gateway ${near}?`)
}
