import { Usage } from '../errors.ts'
import { printable } from '../output/terminal.ts'

/** The first words that are ours; everything else is convox's. `rack-gateway -- racks` reaches convox's own. */
export const ownCommands = [
  'login',
  'logout',
  'racks',
  'switch',
  'whoami',
  'sessions',
  'tokens',
  'users',
  'bindings',
  'trusts',
  'service-accounts',
  'url',
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
  /** What follows `rack-gateway`, without rack flags before the first word (convox would show its help instead) and without a leading `--`. */
  readonly words: readonly string[]
  /** The rack that `--rack` or `-r` names (before the first word, if the command is ours), or null. */
  readonly rack: string | null
  /** Whether convox starts only if the policy doesn't refuse it: `off` after `--no-precheck`. */
  readonly precheck: 'on' | 'off'
  /** Whether convox reaches the gateway through the relay that verifies its certificate: `off` after `--no-relay`. */
  readonly relay: 'on' | 'off'
}

const noPrecheck = '--no-precheck'
const noRelay = '--no-relay'

/**
 * Decides whose command it is, and finds the rack flag where convox itself would take it for one: anywhere before `--`.
 *
 * @throws Usage for a rack flag without a name, and for two that disagree
 */
export function parseCommandLine(args: readonly string[]): CommandLine {
  let start = 0
  for (let length = ownFlagAt(args, start); length > 0; length = ownFlagAt(args, start)) start += length
  const before = args.slice(0, start)
  const precheck = before.includes(noPrecheck) ? 'off' : 'on'
  const relay = before.includes(noRelay) ? 'off' : 'on'
  const words = args.slice(start)
  if (words[0] === '--') {
    const theirs = words.slice(1)
    return { for: 'convox', words: theirs, rack: rackFlagIn([...before, ...theirs]), precheck, relay }
  }
  // What follows a command of ours is read by its own flags.
  return isOurs(words)
    ? { for: 'us', words, rack: rackFlagIn(before), precheck, relay }
    : { for: 'convox', words, rack: rackFlagIn(args), precheck, relay }
}

/** How many words a flag before the first word takes. */
function ownFlagAt(args: readonly string[], index: number): number {
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

/** The rack that a flag anywhere before `--` names, as convox takes it. @throws Usage */
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

/** The rack flag that stands there, and how many words it takes; null for none. @throws Usage for one without a name */
function rackFlagAt(args: readonly string[], index: number): { rack: string; length: number } | null {
  const word = args[index] ?? ''
  if (word === '--rack' || word === '-r') return { rack: named(word, args[index + 1]), length: 2 }
  const joined = /^(?:--rack=|-r=?)(.*)$/s.exec(word)
  return joined === null ? null : { rack: named(word, joined[1]), length: 1 }
}

function named(flag: string, rack: string | undefined): string {
  if (rack === undefined || rack === '')
    throw new Usage(`${flag} needs the name of a rack.`, 'For example: rack-gateway apps --rack staging')
  return rack
}
