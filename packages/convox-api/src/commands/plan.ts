import type { ConvoxCommand } from './command.ts'
import { findCommand } from './find-command.ts'
import { argument, type Invocation } from './invocation.ts'
import { plannedCalls, plannedGet } from './planned-call.ts'
import { readWords } from './read-words.ts'
import { type CommandPlace, type CommandPlan, type Doubt, isDoubt, type PlannedCall } from './types.ts'

/** Characters that all words may have together: beyond it no header or address could carry them anyway. */
const longest = 262_144

/**
 * Says which calls a convox command makes, before it is run. Only what is certain: what can't be understood is `unknown`,
 * what only the rack can tell is left out of a call, and a call that may not come, or may fail unnoticed, isn't essential.
 *
 * @param words what follows `convox`, as it was typed
 * @example
 * planCommand(['run', '--detach', 'command', 'rake', 'db:migrate'], place)
 */
export function planCommand(words: readonly string[], place: CommandPlace): CommandPlan {
  if (words.length === 0 || words[0] === '-v' || words[0] === '--version') return { kind: 'local', command: '' }
  const found = findCommand(words)
  if (!found) return unknown('the command is not known')
  const { command, rest } = found
  const { name } = command
  if (command.effect === 'local' || (name === 'version' && place.rack === null)) return { kind: 'local', command: name }
  if (!isCertain(rest)) return unknown('its words are too long, or are not certainly what was typed')

  const read = readWords(rest, command.flags)
  if (read === 'help') return { kind: 'local', command: name }
  if (isDoubt(read)) return unknown(read.doubt)
  const calls = callsOf(command, { ...read, place })
  if (isDoubt(calls)) return unknown(calls.doubt)
  return calls.length === 0 ? { kind: 'local', command: name } : { kind: 'calls', command: name, calls }
}

function callsOf({ args, misuse, effect }: ConvoxCommand, invocation: Invocation): PlannedCall[] | Doubt {
  const count = invocation.args.length
  if (count < args[0] || count > args[1]) return { doubt: 'it has not as many arguments as convox takes' }
  const wrong = misuse(invocation)
  if (wrong !== null) return { doubt: wrong }
  if (effect === 'local') return []
  if (effect === 'any-get') return plannedGet(argument(0)(invocation))
  const calls: PlannedCall[] = []
  for (const step of effect) {
    if (!step.when(invocation)) continue
    const planned = plannedCalls(step, invocation)
    if (isDoubt(planned)) return planned
    calls.push(...planned)
  }
  return calls
}

/** Node replaces bytes that are not UTF-8, so a replacement character may stand for anything. */
function isCertain(words: readonly string[]): boolean {
  let length = 0
  for (const word of words) {
    length += word.length + 1
    if (length > longest || !word.isWellFormed() || word.includes('\0') || word.includes('\ufffd')) return false
  }
  return true
}

function unknown(reason: string): CommandPlan {
  return { kind: 'unknown', reason }
}
