import type { ConvoxCommand } from './definition/command.ts'
import { argument, type Invocation } from './definition/invocation.ts'
import { parseArguments } from './definition/parse-arguments.ts'
import {
  type CommandContext,
  type CommandPlan,
  isUnpredictable,
  type PlannedCall,
  type Unpredictable,
} from './definition/types.ts'
import { findCommand } from './find-command.ts'
import { plannedCalls, plannedGet } from './planned-call.ts'

/** Maximum length of all words together. No header or URL could carry more. */
const maxCharacters = 262_144

/**
 * Predicts the calls of a convox command before it runs. The prediction contains only what is certain: a command that
 * can't be understood is `unknown`, values that only the rack knows are left out, and calls that may be skipped or may
 * fail without an effect are not essential.
 *
 * @param words the arguments of `convox`, as they were typed
 * @example
 * planCommand(['run', '--detach', 'command', 'rake', 'db:migrate'], context)
 */
export function planCommand(words: readonly string[], context: CommandContext): CommandPlan {
  if (words.length === 0 || words[0] === '-v' || words[0] === '--version') return { kind: 'local', command: '' }
  const found = findCommand(words)
  if (!found) return unknown('the command is unknown')
  const { command, rest } = found
  const { name } = command
  if (command.effect === 'local' || (name === 'version' && context.rack === null))
    return { kind: 'local', command: name }
  if (!isExact(rest)) return unknown('the arguments are too long, or contain characters that may not be what was typed')

  const read = parseArguments(rest, command.flags)
  if (read === 'help') return { kind: 'local', command: name }
  if (isUnpredictable(read)) return unknown(read.unpredictable)
  const calls = planCalls(command, { ...read, context })
  if (isUnpredictable(calls)) return unknown(calls.unpredictable)
  return calls.length === 0 ? { kind: 'local', command: name } : { kind: 'calls', command: name, calls }
}

function planCalls({ args, validate, effect }: ConvoxCommand, invocation: Invocation): PlannedCall[] | Unpredictable {
  const count = invocation.args.length
  if (count < args[0] || count > args[1]) return { unpredictable: 'the number of arguments is wrong' }
  const problem = validate(invocation)
  if (problem !== null) return { unpredictable: problem }
  if (effect === 'local') return []
  if (effect === 'any-get') return plannedGet(argument(0)(invocation))
  const calls: PlannedCall[] = []
  for (const step of effect) {
    if (!step.when(invocation)) continue
    const planned = plannedCalls(step, invocation)
    if (isUnpredictable(planned)) return planned
    calls.push(...planned)
  }
  return calls
}

/** Whether the words are exactly what was typed. Node replaces bytes that are not UTF-8 by U+FFFD. */
function isExact(words: readonly string[]): boolean {
  let length = 0
  for (const word of words) {
    length += word.length + 1
    if (length > maxCharacters || !word.isWellFormed() || word.includes('\0') || word.includes('\ufffd')) return false
  }
  return true
}

function unknown(reason: string): CommandPlan {
  return { kind: 'unknown', reason }
}
