import { Usage } from './errors.ts'

/** The first words that are ours; everything else is convox's. `rack-gateway -- racks` reaches convox's own. */
export const ownCommands = ['login', 'logout', 'racks', 'switch', 'whoami', 'url', 'ci', 'version', 'help'] as const

const ownFlags = ['-h', '--help', '-v', '--version']

export interface CommandLine {
  readonly for: 'us' | 'convox'
  /** What follows `rack-gateway`, without rack flags before the first word (convox would show its help instead) and without a leading `--`. */
  readonly words: readonly string[]
  /** The rack that `--rack` or `-r` names (before the first word, if the command is ours), or null. */
  readonly rack: string | null
}

/**
 * Decides whose command it is, and finds the rack flag where convox itself would take it for one: anywhere before `--`.
 *
 * @throws Usage for a rack flag without a name, and for two that disagree
 */
export function parseCommandLine(args: readonly string[]): CommandLine {
  let start = 0
  for (let flag = rackFlagAt(args, start); flag !== null; flag = rackFlagAt(args, start)) start += flag.length
  const leading = rackFlagIn(args.slice(0, start))
  const words = args.slice(start)
  if (words[0] === '--')
    return { for: 'convox', words: words.slice(1), rack: rackFlagIn([...args.slice(0, start), ...words.slice(1)]) }
  const anywhere = rackFlagIn(args)
  return isOurs(words) ? { for: 'us', words, rack: leading } : { for: 'convox', words, rack: anywhere }
}

function isOurs([first, second]: readonly string[]): boolean {
  if (first === undefined || ownFlags.includes(first)) return true
  if (first === 'help') return second === undefined || second.startsWith('-') || isOwnCommand(second)
  return isOwnCommand(first)
}

function isOwnCommand(word: string): boolean {
  return ownCommands.some((command) => command === word)
}

function rackFlagIn(args: readonly string[]): string | null {
  let rack: string | null = null
  for (let index = 0; index < args.length && args[index] !== '--'; index++) {
    const flag = rackFlagAt(args, index)
    if (flag === null) continue
    if (rack !== null && rack !== flag.rack)
      throw new Usage(`the command names two racks, ${rack} and ${flag.rack}: keep one of them`)
    rack = flag.rack
    index += flag.length - 1
  }
  return rack
}

function rackFlagAt(args: readonly string[], index: number): { rack: string; length: number } | null {
  const word = args[index] ?? ''
  if (word === '--rack' || word === '-r') return { rack: named(word, args[index + 1]), length: 2 }
  const joined = /^(?:--rack=|-r=?)(.*)$/s.exec(word)
  return joined === null ? null : { rack: named(word, joined[1]), length: 1 }
}

function named(flag: string, rack: string | undefined): string {
  if (rack === undefined || rack === '')
    throw new Usage(`${flag} needs the name of a rack, such as: rack-gateway apps --rack staging`)
  return rack
}
