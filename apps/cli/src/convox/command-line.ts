import { Usage } from '../errors.ts'
import { printable } from '../output/terminal.ts'

/** The first words of rack-gateway's own commands. Other words are commands of convox, and so are words after `--`. */
export const ownCommands = [
  'login',
  'logout',
  'racks',
  'switch',
  'whoami',
  'sessions',
  'tokens',
  'users',
  'access',
  'bindings',
  'trusts',
  'service-accounts',
  'url',
  'convox-login',
  'can',
  'ci',
  'audit',
  'policy',
  'completion',
  'doctor',
  'version',
  'help',
] as const

const ownFlags = ['-h', '--help', '-v', '--version']

export interface CommandLine {
  readonly for: 'us' | 'convox'
  /** The words of the command, without the leading flags (for which convox would show its help) and without a leading `--`. */
  readonly words: readonly string[]
  /** The rack of `--rack` or `-r`, or null. For own commands, only of a flag before the first word. */
  readonly rack: string | null
  /** Whether to check the policy before convox starts: `off` after `--no-precheck`. */
  readonly precheck: 'on' | 'off'
  /** Whether convox uses the relay, which verifies the certificate: `off` after `--no-relay`. */
  readonly relay: 'on' | 'off'
}

const noPrecheck = '--no-precheck'
const noRelay = '--no-relay'

/**
 * Decides whether a command is our own or convox's, and finds the rack flag. Like convox, accepts it anywhere before `--`.
 *
 * @throws Usage for a rack flag without a name, and for two different racks
 */
export function parseCommandLine(args: readonly string[]): CommandLine {
  let start = 0
  for (let length = leadingFlagLength(args, start); length > 0; length = leadingFlagLength(args, start)) start += length
  const before = args.slice(0, start)
  const precheck = before.includes(noPrecheck) ? 'off' : 'on'
  const relay = before.includes(noRelay) ? 'off' : 'on'
  const words = args.slice(start)
  if (words[0] === '--') {
    const convoxWords = words.slice(1)
    return { for: 'convox', words: convoxWords, rack: rackFlagIn([...before, ...convoxWords]), precheck, relay }
  }
  // An own command parses its own flags.
  return isOurs(words)
    ? { for: 'us', words, rack: rackFlagIn(before), precheck, relay }
    : { for: 'convox', words, rack: rackFlagIn(args), precheck, relay }
}

/** How many words a leading flag takes; 0 if there is none. */
function leadingFlagLength(args: readonly string[], index: number): number {
  const word = args[index]
  return word === noPrecheck || word === noRelay ? 1 : (rackFlagAt(args, index)?.length ?? 0)
}

function isOurs([first, second]: readonly string[]): boolean {
  if (first === undefined || ownFlags.includes(first)) return true
  if (first === 'help') return second === undefined || second.startsWith('-') || isOwnCommand(second)
  return isOwnCommand(first)
}

function isOwnCommand(word: string): boolean {
  return ownCommands.some((command) => command === word)
}

/** The rack of a flag anywhere before `--`, as in convox. @throws Usage */
export function rackFlagIn(args: readonly string[]): string | null {
  let rack: string | null = null
  for (let index = 0; index < args.length && args[index] !== '--'; index++) {
    const flag = rackFlagAt(args, index)
    if (flag === null) continue
    if (rack !== null && rack !== flag.rack) throw twoRacks(rack, flag.rack)
    rack = flag.rack
    index += flag.length - 1
  }
  return rack
}

export function twoRacks(one: string, other: string): Error {
  return new Usage(`The command names two racks, ${printable(one)} and ${printable(other)}.`, 'Keep one of them.')
}

/** The rack flag at an index, and how many words it takes; null if there is none. @throws Usage for a flag without a name */
function rackFlagAt(args: readonly string[], index: number): { rack: string; length: number } | null {
  const word = args[index] ?? ''
  if (word === '--rack' || word === '-r') return { rack: rackName(word, args[index + 1]), length: 2 }
  const joined = /^(?:--rack=|-r=?)(.*)$/s.exec(word)
  return joined === null ? null : { rack: rackName(word, joined[1]), length: 1 }
}

function rackName(flag: string, rack: string | undefined): string {
  if (rack === undefined || rack === '')
    throw new Usage(`${flag} needs the name of a rack.`, 'For example: rack-gateway apps --rack staging')
  return rack
}
