import type { Explanation } from '@rack-gateway/errors'
import { attachedStart } from './attached.ts'
import { maxCommandBytes, tooLong } from './limit.ts'
import { isExec, isForMode } from './modes.ts'
import { unsuited } from './options.ts'
import { isPrefixed } from './prefix-word.ts'
import { notPermitted, notStartable, notStartedSo, wrongService } from './reasons.ts'
import type { CompiledRule, CompiledRules, RuleNode } from './rules.ts'
import { shellSyntax } from './shell-syntax.ts'
import type { CommandCall, CommandVerdict } from './types.ts'

type Denied = Extract<CommandVerdict, { effect: 'deny' }>

/** Where, how and as whom, without the command itself. */
export type CommandContext = Omit<CommandCall, 'argv'>

/** Rules that a refusal looks at to say what is possible instead. */
const mostListed = 9

/**
 * Judges one command, a look-up or two a word. The first rule that matches decides; without one, it is refused.
 *
 * An attached run's POST names no command yet: it is permitted when any rule could permit what follows by exec.
 *
 * @returns the rule's id (`attached-start` for such a POST), or one of `empty`, `too-long`, `run-service`, `shell-syntax`, `options`, `condition`, `no-rule` with whole sentences
 */
export function matchCommand(rules: CompiledRules, call: CommandCall): CommandVerdict {
  if (call.argv.length === 0) return deny('empty', 'There is no command to run.', 'Name one.')
  if (tooLong(call.argv))
    return deny('too-long', `The command is longer than ${maxCommandBytes} bytes.`, 'Put it into a script of the app.')
  if (!isExec(call.mode) && !rules.runServices.has(call.service))
    return denyFor('run-service', wrongService(rules, call))
  if (call.mode === 'attached') return judgeStart(rules, call)

  const syntax = shellSyntax(call.argv)
  const placed = rulesFor(rules.root, call, syntax?.last ?? -1).filter((found) => appliesAt(found, call))
  const forThese = placed.filter(({ rule }) => rule.roles.some((role) => call.roles.includes(role)))
  const permitting = forThese.find((found) => suits(found, call))
  if (permitting) return { effect: 'allow', rule: permitting.rule.id, by: permitting.rule }
  if (syntax) return denyFor('shell-syntax', syntax)
  const [nearest] = forThese
  if (nearest) return obstacleOf(nearest, call)
  return denyFor('no-rule', notPermitted(call, permittedAt(rules, call, mostListed), placed))
}

/** Whether any rule at all permits these roles something by exec in a run of their own there: what an attached run's POST needs. */
export function hasAnyRule(rules: CompiledRules, place: Omit<CommandContext, 'mode'>): boolean {
  return permittedAt(rules, { ...place, mode: 'own-exec' }, 1).length > 0
}

function judgeStart(rules: CompiledRules, call: CommandCall): CommandVerdict {
  if (attachedStart(call.argv.join(' ')) === null || call.argv.length !== 2) {
    return deny(
      'no-rule',
      'An attached run begins with exactly "sleep N", N from 1 to 86400 seconds.',
      'Its command follows by exec.',
    )
  }
  if (hasAnyRule(rules, call)) return { effect: 'allow', rule: 'attached-start', by: null }
  const nearest = ruleAt(rules, { ...call, mode: 'own-exec' })
  return nearest === undefined ? denyFor('no-rule', notStartable(call)) : obstacleOf(nearest, call)
}

/** The first rule that these roles have there, whatever conditions it has. */
function ruleAt(rules: CompiledRules, place: CommandContext): CompiledRule | undefined {
  for (const role of place.roles) {
    const found = rules.byRole.get(role)?.find(place.app) ?? []
    const rule = found.find((compiled) => appliesAt(compiled, place))
    if (rule !== undefined) return rule
  }
  return undefined
}

/** The first rules, at most so many, that permit these roles something there. */
function permittedAt(rules: CompiledRules, place: CommandContext, most: number): CompiledRule[] {
  const found: CompiledRule[] = []
  for (const role of place.roles) {
    let left = most
    for (const compiled of rules.byRole.get(role)?.find(place.app) ?? []) {
      if (left === 0) break
      if (!appliesAt(compiled, place) || !suits(compiled, place)) continue
      if (!found.includes(compiled)) found.push(compiled)
      left -= 1
    }
  }
  return found.sort(inOrder).slice(0, most)
}

/** Rules for the app whose words match, in their order. A `rest` never reaches over a word with shell syntax. */
function rulesFor(root: RuleNode, { argv, app }: CommandCall, lastSyntax: number): readonly CompiledRule[] {
  const found: CompiledRule[] = []
  let nodes = [root]
  for (const [place, word] of argv.entries()) {
    if (lastSyntax < place) for (const { rest } of nodes) addTo(found, rest?.find(app))
    nodes = nodesAfter(nodes, word)
  }
  for (const { rest, exact } of nodes) {
    addTo(found, rest?.find(app))
    addTo(found, exact?.find(app))
  }
  return found.sort(inOrder)
}

function addTo(found: CompiledRule[], more: readonly CompiledRule[] = []): void {
  for (const compiled of more) found.push(compiled)
}

function nodesAfter(nodes: readonly RuleNode[], word: string): RuleNode[] {
  const reached: RuleNode[] = []
  for (const { next, typed, prefixed } of nodes) {
    const literal = next.get(word)
    if (literal !== undefined) reached.push(literal)
    for (const { accepts, node } of typed) if (accepts(word)) reached.push(node)
    for (const { length, nodes: byPrefix } of prefixed) {
      const node = byPrefix.get(word.slice(0, length))
      if (node !== undefined && isPrefixed(word, length)) reached.push(node)
    }
  }
  return reached
}

function inOrder(one: CompiledRule, other: CompiledRule): number {
  return one.place - other.place
}

/** Whether a rule that was found by its app is for this service, rack, and mode. */
function appliesAt(compiled: CompiledRule, place: CommandContext): boolean {
  if (!isForMode(compiled.rule, place.mode)) return false
  return compiled.onService(place.service) && compiled.onRack(place.rack)
}

/** Whether it is for what is started so, now. */
function suits(compiled: CompiledRule, place: CommandContext): boolean {
  return unsuited(compiled, place.options) === null && (place.checkConditions?.(compiled.rule) ?? null) === null
}

function obstacleOf(compiled: CompiledRule, call: CommandCall): CommandVerdict {
  const nearest = compiled.rule
  const unfit = unsuited(compiled, call.options)
  if (unfit !== null) return { ...denyFor('options', notStartedSo(compiled.rule, unfit)), nearest }
  const obstacle = call.checkConditions?.(compiled.rule)
  if (!obstacle) throw new Error('a rule that nothing stands against permits')
  return { ...denyFor('condition', obstacle), nearest }
}

function deny(rule: string, reason: string, remedy: string): Denied {
  return { effect: 'deny', rule, reason, remedy }
}

function denyFor(rule: string, { reason, remedy }: Explanation): Denied {
  return deny(rule, reason, remedy)
}
