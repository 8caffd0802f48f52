import type { Explanation } from '@rack-gateway/errors'
import { attachedRunSeconds } from './attached-run.ts'
import { isTooLong, maxCommandBytes } from './command-length.ts'
import type { CompiledRule, CompiledRules, RuleNode } from './compile-rules.ts'
import {
  explainNoAttachedRun,
  explainNotAllowed,
  explainOptionMismatch,
  explainWrongService,
  maxListed,
} from './explain-denial.ts'
import { findOptionMismatch } from './option-mismatch.ts'
import { fitsPrefix } from './prefix-word.ts'
import { shellSyntax } from './shell-syntax.ts'
import type { CommandCall, CommandDecision, CommandRule, MatchMode } from './types.ts'

type Denied = Extract<CommandDecision, { effect: 'deny' }>

export type CommandContext = Omit<CommandCall, 'argv'>

/** One more than an explanation lists, so that it can say "and more". */
const maxFound = maxListed + 1

/**
 * Any rule that matches in every field allows the command. The decision names the first such rule. Without a matching
 * rule, the command is denied.
 *
 * The POST of an attached run does not contain the command yet. It is allowed if any rule could allow the exec that
 * follows.
 *
 * @returns the decision. If it allows the command, its `rule` is the ID of a command rule, or `attached-start` for the
 * POST of an attached run. If it denies the command, its `rule` is the cause: `empty`, `too-long`, `run-service`,
 * `shell-syntax`, `options`, `condition`, or `no-rule`. The reason and the remedy are whole sentences.
 */
export function matchCommand(rules: CompiledRules, call: CommandCall): CommandDecision {
  if (call.argv.length === 0) return deny('empty', 'The command is empty.', 'Add a command.')
  if (isTooLong(call.argv))
    return deny(
      'too-long',
      `The command is longer than ${maxCommandBytes} bytes.`,
      'Put the command into a script of the app.',
    )
  if (!isExec(call.mode) && !rules.runServices.has(call.service))
    return denyFor('run-service', explainWrongService(rules, call))
  if (call.mode === 'attached') return matchAttachedRun(rules, call)

  const { syntax, matching, forRoles } = matchingRules(rules, call)
  const allowing = forRoles.filter((found) => meetsOptionsAndConditions(found, call)).map(({ rule }) => rule)
  const [first] = allowing
  if (first) return { effect: 'allow', rule: first.id, by: first, allowing }
  if (syntax) return denyFor('shell-syntax', syntax)
  const [nearest] = forRoles
  if (nearest) return explainNearest(nearest, call)
  const ofOtherRoles = matching[0]?.rule
  const denied = denyFor('no-rule', explainNotAllowed(call, rulesForRoles(rules, call, maxFound), matching))
  return ofOtherRoles === undefined ? denied : { ...denied, nearest: ofOtherRoles }
}

/** The rules for the words and the target of a command, and those of them that are for the caller's roles. */
function matchingRules(rules: CompiledRules, call: CommandCall) {
  const syntax = shellSyntax(call.argv)
  const matching = rulesFor(rules.root, call, syntax?.last ?? -1).filter((found) => isForTarget(found, call))
  const forRoles = matching.filter(({ rule }) => rule.roles.some((role) => call.roles.includes(role)))
  return { syntax, matching, forRoles }
}

/**
 * The denial by the first rule that is for the words, the target, and the roles of the call, and whose condition is not
 * met. Ignores the options of the rule. For the start of an attached run, the words are not known.
 *
 * @returns null if there is no such rule
 */
export function findFailedCondition(rules: CompiledRules, call: CommandCall): Denied | null {
  for (const { rule } of rulesOfCaller(rules, call)) {
    const explanation = call.checkConditions?.(rule) ?? null
    if (explanation !== null) return { ...denyFor('condition', explanation), nearest: rule }
  }
  return null
}

/**
 * Whether the roles of the call have a rule for its words and its target, whatever its options and conditions. For the
 * start of an attached run: a rule for any words.
 */
export function hasRuleFor(rules: CompiledRules, call: CommandCall): boolean {
  return rulesOfCaller(rules, call).length > 0
}

function rulesOfCaller(rules: CompiledRules, call: CommandCall): readonly CompiledRule[] {
  if (call.mode !== 'attached') return matchingRules(rules, call).forRoles
  const exec = { ...call, mode: 'own-exec' } as const
  return call.roles.flatMap((role) =>
    rulesOfRole(rules, role, exec)
      .flat()
      .filter((compiled) => isForTarget(compiled, exec)),
  )
}

/**
 * Whether at least one rule applies to an exec in a run that the caller starts. Without such a rule, the caller cannot
 * start an attached run.
 */
export function hasAnyRule(rules: CompiledRules, context: Omit<CommandContext, 'mode'>): boolean {
  return rulesForRoles(rules, { ...context, mode: 'own-exec' }, 1).length > 0
}

function matchAttachedRun(rules: CompiledRules, call: CommandCall): CommandDecision {
  if (attachedRunSeconds(call.argv.join(' ')) === null || call.argv.length !== 2) {
    return deny(
      'no-rule',
      'An attached run must begin with exactly "sleep N", with N from 1 to 86400 seconds.',
      'Send the command by exec.',
    )
  }
  if (hasAnyRule(rules, call)) return { effect: 'allow', rule: 'attached-start', by: null, allowing: [] }
  const nearest = firstRuleFor(rules, { ...call, mode: 'own-exec' })
  return nearest === undefined ? denyFor('no-rule', explainNoAttachedRun(call)) : explainNearest(nearest, call)
}

/** A rule of the caller's roles for this app, service, rack, and mode, whatever its options and conditions. */
function firstRuleFor(rules: CompiledRules, context: CommandContext): CompiledRule | undefined {
  for (const role of context.roles) {
    const first = rulesOfRole(rules, role, context).flatMap(
      (list) => list.find((compiled) => isForTarget(compiled, context)) ?? [],
    )
    const [rule] = first.sort(byPosition)
    if (rule !== undefined) return rule
  }
  return undefined
}

/** Lists in order: the rules for every service, and the rules for the service of the call. */
function rulesOfRole({ byRole }: CompiledRules, role: string, { app, service }: CommandContext) {
  const rules = byRole.get(role)
  if (rules === undefined) return []
  return [rules.onEveryService.find(app), rules.byService.get(service)?.find(app) ?? []]
}

/** The first `limit` rules of the caller's roles that apply in this context. Ignores the words of the rules. */
function rulesForRoles(rules: CompiledRules, context: CommandContext, limit: number): CompiledRule[] {
  const found: CompiledRule[] = []
  for (const list of context.roles.flatMap((role) => rulesOfRole(rules, role, context))) {
    let left = limit
    for (const compiled of list) {
      if (left === 0) break
      if (!isForTarget(compiled, context) || !meetsOptionsAndConditions(compiled, context)) continue
      if (!found.includes(compiled)) found.push(compiled)
      left -= 1
    }
  }
  return found.sort(byPosition).slice(0, limit)
}

/**
 * The rules for the app whose words match, in order. `rest` never matches a word with shell syntax.
 *
 * @param lastSyntax the index of the last word with shell syntax, or -1
 */
function rulesFor(root: RuleNode, { argv, app }: CommandCall, lastSyntax: number): readonly CompiledRule[] {
  const found: CompiledRule[] = []
  let nodes = [root]
  for (const [index, word] of argv.entries()) {
    if (lastSyntax < index) for (const { rest } of nodes) addTo(found, rest?.find(app))
    nodes = nodesAfter(nodes, word)
  }
  for (const { rest, exact } of nodes) {
    addTo(found, rest?.find(app))
    addTo(found, exact?.find(app))
  }
  return found.sort(byPosition)
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
      if (node !== undefined && fitsPrefix(word, length)) reached.push(node)
    }
  }
  return reached
}

function byPosition(one: CompiledRule, other: CompiledRule): number {
  return one.position - other.position
}

/** Whether the rule is for this mode, service, and rack. Does not check the app, because rules are found by app. */
function isForTarget(compiled: CompiledRule, context: CommandContext): boolean {
  if (!isForMode(compiled.rule, context.mode)) return false
  return compiled.matchesService(context.service) && compiled.matchesRack(context.rack)
}

/** A rule for attached runs also applies to the exec in the caller's own run. */
function isForMode({ modes }: CommandRule, mode: MatchMode): boolean {
  if (modes === undefined) return true
  return mode === 'own-exec' ? modes.includes('exec') || modes.includes('attached') : modes.includes(mode)
}

function isExec(mode: MatchMode): boolean {
  return mode === 'exec' || mode === 'own-exec'
}

/** Whether the options and the conditions of the rule are met. */
function meetsOptionsAndConditions(compiled: CompiledRule, context: CommandContext): boolean {
  return (
    findOptionMismatch(compiled, context.options) === null &&
    (context.checkConditions?.(compiled.rule) ?? null) === null
  )
}

function explainNearest(compiled: CompiledRule, call: CommandCall): CommandDecision {
  const nearest = compiled.rule
  const mismatch = findOptionMismatch(compiled, call.options)
  if (mismatch !== null) return { ...denyFor('options', explainOptionMismatch(compiled.rule, mismatch)), nearest }
  const explanation = call.checkConditions?.(compiled.rule)
  if (!explanation) throw new Error('A rule without a mismatch must allow the command.')
  return { ...denyFor('condition', explanation), nearest }
}

function deny(rule: string, reason: string, remedy: string): Denied {
  return { effect: 'deny', rule, reason, remedy }
}

function denyFor(rule: string, { reason, remedy }: Explanation): Denied {
  return deny(rule, reason, remedy)
}
