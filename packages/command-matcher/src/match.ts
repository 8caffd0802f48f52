import { attachedStart } from './attached.ts'
import { maxCommandBytes, tooLong } from './limit.ts'
import { notPermitted, notStartable, wrongService } from './reasons.ts'
import type { CompiledRule, CompiledRules } from './rules.ts'
import { shellSyntax } from './shell-syntax.ts'
import type { CommandCall, CommandVerdict } from './types.ts'

/** Where, how and as whom, without the command itself. */
export type CommandPlace = Omit<CommandCall, 'argv'>

/**
 * Judges one command, at most one look-up a word. The first rule that matches decides; without one, it is refused.
 *
 * An attached run's POST names no command yet: it is permitted when any rule could permit what follows by exec.
 *
 * @returns the rule's id (`attached-start` for such a POST), or one of `empty`, `too-long`, `run-service`, `shell-syntax`, `no-rule` with a whole sentence
 */
export function matchCommand(rules: CompiledRules, call: CommandCall): CommandVerdict {
  if (call.argv.length === 0) return deny('empty', 'There is no command to run: name one.')
  if (tooLong(call.argv)) {
    return deny('too-long', `The command is longer than ${maxCommandBytes} bytes: put it into a script of the app.`)
  }
  if (call.mode !== 'exec' && !rules.runServices.has(call.service))
    return deny('run-service', wrongService(rules, call))
  if (call.mode === 'attached') return judgeStart(rules, call)

  const syntax = shellSyntax(call.argv)
  const matching = rulesFor(rules, call.argv, syntax?.last ?? -1).filter((found) => appliesAt(found, call))
  const permitting = matching.find((found) => forRoles(found, call.roles))
  if (permitting) return { effect: 'allow', rule: permitting.rule.id }
  if (syntax) return deny('shell-syntax', syntax.reason)
  return deny('no-rule', notPermitted(call, permittedAt(rules, call), matching))
}

/** Whether any rule at all permits these roles something by exec there: what an attached run's POST needs. */
export function hasAnyRule(rules: CompiledRules, place: Omit<CommandPlace, 'mode'>): boolean {
  return permittedAt(rules, { ...place, mode: 'exec' }).length > 0
}

function judgeStart(rules: CompiledRules, call: CommandCall): CommandVerdict {
  if (attachedStart(call.argv.join(' ')) === null || call.argv.length !== 2) {
    return deny(
      'no-rule',
      'An attached run begins with exactly "sleep N", N from 1 to 86400 seconds: its command follows by exec.',
    )
  }
  const [first] = permittedAt(rules, { ...call, mode: 'exec' })
  return first ? { effect: 'allow', rule: 'attached-start' } : deny('no-rule', notStartable(call))
}

function permittedAt(rules: CompiledRules, place: CommandPlace): CompiledRule[] {
  return rules.all.filter((compiled) => appliesAt(compiled, place) && forRoles(compiled, place.roles))
}

/** Rules whose words match, in their order. A `rest` never reaches over a word with shell syntax. */
function rulesFor(rules: CompiledRules, argv: readonly string[], lastSyntax: number): CompiledRule[] {
  const found: CompiledRule[] = []
  let node = rules.root
  for (const [place, word] of argv.entries()) {
    if (lastSyntax < place) found.push(...node.rest)
    const next = node.next.get(word)
    if (!next) return found.toSorted(inOrder)
    node = next
  }
  found.push(...node.rest, ...node.exact)
  return found.toSorted(inOrder)
}

function inOrder(one: CompiledRule, other: CompiledRule): number {
  return one.place - other.place
}

function appliesAt(compiled: CompiledRule, place: CommandPlace): boolean {
  const { modes } = compiled.rule
  if (modes && !modes.includes(place.mode)) return false
  return compiled.onService(place.service) && compiled.onApp(place.app) && compiled.onRack(place.rack)
}

function forRoles(compiled: CompiledRule, roles: readonly string[]): boolean {
  return compiled.rule.roles.some((role) => roles.includes(role))
}

function deny(rule: string, reason: string): CommandVerdict {
  return { effect: 'deny', rule, reason }
}
