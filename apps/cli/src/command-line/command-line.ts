import { Usage } from '../errors/errors.ts'
import { isMfaMethod, type MfaMethod, mfaMethods } from '../step-up/proofs/mfa-choice.ts'
import { printable } from '../terminal/terminal.ts'

/** The first words of rack-gateway's own commands. Other words are commands of convox, and so are words after `--`. */
export const ownCommands = [
  'login',
  'logout',
  'racks',
  'switch',
  'whoami',
  'sessions',
  'mfa',
  'tokens',
  'users',
  'access',
  'bindings',
  'trusts',
  'service-accounts',
  'url',
  'convox-login',
  'can',
  'request',
  'requests',
  'ci',
  'audit',
  'policy',
  'completion',
  'doctor',
  'man',
  'version',
  'help',
] as const

const ownFlags = ['-h', '--help', '-v', '--version']

export interface CommandLine {
  readonly program: 'rack-gateway' | 'convox'
  /** The words of the command, without a leading `--`, and without the leading flags, which convox does not accept. */
  readonly words: readonly string[]
  /** The rack of `--rack` or `-r`, or null. For own commands, only if the flag is before the first word. */
  readonly rack: string | null
  /** Whether to check the policy before convox starts: `off` after `--no-precheck`. */
  readonly precheck: 'on' | 'off'
  /** Whether convox uses the relay, which verifies the certificate: `off` after `--no-relay`. */
  readonly relay: 'on' | 'off'
  readonly mfaCode: string | null
  readonly mfaMethod: MfaMethod | null
}

const noPrecheck = '--no-precheck'
const noRelay = '--no-relay'

/**
 * For a command of convox, accepts the rack flag anywhere before `--`, as convox does.
 *
 * @throws Usage for a flag without its value, an unknown `--mfa-method`, two different racks, or a late `--mfa-code`
 */
export function parseCommandLine(args: readonly string[]): CommandLine {
  let start = 0
  for (let length = leadingFlagLength(args, start); length > 0; length = leadingFlagLength(args, start)) start += length
  const leadingWords = args.slice(0, start)
  const flags = {
    precheck: leadingWords.includes(noPrecheck) ? 'off' : 'on',
    relay: leadingWords.includes(noRelay) ? 'off' : 'on',
    mfaCode: mfaFlagIn(leadingWords, mfaCodeFlag),
    mfaMethod: mfaMethodIn(leadingWords),
  } as const
  const words = args.slice(start)
  if (words[0] === '--') {
    const convoxWords = words.slice(1)
    return { program: 'convox', words: convoxWords, rack: rackFlagIn([...leadingWords, ...convoxWords]), ...flags }
  }
  // An own command parses its own flags.
  if (isOurs(words)) return { program: 'rack-gateway', words, rack: rackFlagIn(leadingWords), ...flags }
  rejectLateCode(words)
  return { program: 'convox', words, rack: rackFlagIn(args), ...flags }
}

/** How many words a leading flag takes; 0 if there is none. */
function leadingFlagLength(args: readonly string[], index: number): number {
  const word = args[index]
  if (word === noPrecheck || word === noRelay) return 1
  const flag = mfaFlagAt(args, index, mfaCodeFlag) ?? mfaFlagAt(args, index, mfaMethodFlag) ?? rackFlagAt(args, index)
  return flag?.length ?? 0
}

const mfaCodeFlag = '--mfa-code'
const mfaMethodFlag = '--mfa-method'

interface MfaFlag {
  readonly value: string
  readonly length: number
}

/** @throws Usage for a flag without its value */
function mfaFlagAt(args: readonly string[], index: number, flag: string): MfaFlag | null {
  const word = args[index] ?? ''
  if (word !== flag && !word.startsWith(`${flag}=`)) return null
  const value = word === flag ? args[index + 1] : word.slice(flag.length + 1)
  if (value === undefined || value === '') throw new Usage(`${flag} needs a value.`, 'See: rack-gateway help')
  return { value, length: word === flag ? 2 : 1 }
}

function mfaFlagIn(leadingWords: readonly string[], flag: string): string | null {
  const found = leadingWords.findLastIndex((word) => word === flag || word.startsWith(`${flag}=`))
  return found === -1 ? null : (mfaFlagAt(leadingWords, found, flag)?.value ?? null)
}

function mfaMethodIn(leadingWords: readonly string[]): MfaMethod | null {
  const method = mfaFlagIn(leadingWords, mfaMethodFlag)
  if (method === null || isMfaMethod(method)) return method
  throw new Usage(`${printable(method)} is not a method.`, `--mfa-method can be ${mfaMethods.join(' or ')}.`)
}

/** Convox does not know `--mfa-code`, and could log the code. Words after `--` are not checked. */
function rejectLateCode(words: readonly string[]): void {
  const end = words.indexOf('--')
  const checkedWords = end === -1 ? words : words.slice(0, end)
  if (checkedWords.some((word) => word === mfaCodeFlag || word.startsWith(`${mfaCodeFlag}=`)))
    throw new Usage(
      `${mfaCodeFlag} must be before the command of convox.`,
      `For example: rack-gateway ${mfaCodeFlag} CODE ${printable(words[0] ?? 'apps')} …`,
    )
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

/** @returns `length` in words; null if there is no rack flag at the index @throws Usage for a flag without a name */
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
