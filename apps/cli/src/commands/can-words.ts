import { rackFlagAt, rackFlagIn } from '../convox/command-line.ts'
import { Usage } from '../errors.ts'
import { printable } from '../output/terminal.ts'

/** What follows `can`: our own flags, then convox's words. */
export interface CanWords {
  readonly format: 'text' | 'json'
  /** Id or e-mail address of the user who is asked about; null: the caller. */
  readonly as: string | null
  readonly rack: string | null
  /** What would follow `convox`. */
  readonly command: readonly string[]
}

/** @throws Usage */
export function readCanWords(words: readonly string[], rack: string | null): CanWords {
  let format: CanWords['format'] = 'text'
  let as: string | null = null
  let at = 0
  for (let word = words[at]; word?.startsWith('-') && word !== '--'; word = words[at]) {
    const joined = /^--as=(.*)$/s.exec(word)?.[1]
    const rackFlag = rackFlagAt(words, at)
    if (word === '--json') format = 'json'
    else if (joined !== undefined) as = joined
    else if (word === '--as') as = words[++at] ?? ''
    else if (rackFlag === null)
      throw new Usage(`can has no flag ${printable(word)} of its own;`, 'see: rack-gateway help can')
    at += rackFlag?.length ?? 1
  }
  if (as === '')
    throw new Usage(
      '--as needs the id or e-mail address of a user:',
      'write it as in: rack-gateway can --as ada@example.com apps',
    )
  const flags = words.slice(0, at)
  const command = words[at] === '--' ? words.slice(at + 1) : words.slice(at)
  if (command.length === 0)
    throw new Usage(
      'can asks about a command of convox:',
      'say which command, such as: rack-gateway can releases promote -a web --rack production',
    )
  return { format, as, rack: rackFlagIn([...(rack === null ? [] : ['--rack', rack]), ...flags, ...command]), command }
}
