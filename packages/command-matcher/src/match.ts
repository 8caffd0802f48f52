import { attachedStart } from './attached.ts'
import { maxCommandBytes, tooLong } from './limit.ts'
import { isExec, isForMode } from './modes.ts'
import { listOf, type NameIndex } from './name-index.ts'
import { unsuited } from './options.ts'
import { notPermitted, notStartable, notStartedSo, wrongService } from './reasons.ts'
import type { CompiledRule, CompiledRules, RuleNode } from './rules.ts'
import { shellSyntax } from './shell-syntax.ts'
import type { CommandCall, CommandVerdict, Obstacle } from './types.ts'

type Denied = Extract<CommandVerdict, { effect: 'deny' }>

/** Where, how and as whom, without the command itself. */
export type CommandPlace = Omit<CommandCall, 'argv'>

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
  /** Those that are for this command there, and the first of them that is for these roles. */
  let placed: CompiledRule[] | null = null
  let nearest: CompiledRule | null = null
  for (const found of rulesFor(rules.root, call, syntax?.last ?? -1)) {
    if (!appliesAt(found, call)) continue
    if (placed === null) placed = [found]
    else placed.push(found)
    if (!forRoles(found, call.roles)) continue
    if (suits(found, call)) return { effect: 'allow', rule: found.rule.id, by: found.rule }
    nearest ??= found
  }
  if (syntax) return denyFor('shell-syntax', syntax)
  if (nearest !== null) return obstacleOf(nearest, call)
  return denyFor('no-rule', notPermitted(call, permittedAt(rules, call, mostListed), placed ?? noRules))
}

/** Whether any rule at all permits these roles something by exec in a run of their own there: what an attached run's POST needs. */
export function hasAnyRule(rules: CompiledRules, place: Omit<CommandPlace, 'mode'>): boolean {
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

/** One that these roles have there, whatever else stands against it. */
function ruleAt(rules: CompiledRules, place: CommandPlace): CompiledRule | undefined {
  for (const role of place.roles) {
    const found = rules.standing.of(role, place).find(place.app)
    if (found !== null) return found.first
  }
  return undefined
}

/** The first rules, at most so many, that these roles have there. */
function permittedAt(rules: CompiledRules, place: CommandPlace, most: number): CompiledRule[] {
  const found: CompiledRule[] = []
  for (const role of place.roles) {
    const wanted = found.length + most
    for (const compiled of listOf(rules.standing.of(role, place).find(place.app))) {
      if (found.length === wanted) break
      if (suits(compiled, place) && !found.includes(compiled)) found.push(compiled)
    }
  }
  return place.roles.length < 2 ? found : found.sort(inOrder).slice(0, most)
}

/** Rules for the app whose words match, in their order. A `rest` never reaches over a word with shell syntax. */
function rulesFor(root: RuleNode, { argv, app }: CommandCall, lastSyntax: number): readonly CompiledRule[] {
  let found = noRules
  let nodes: Nodes = root
  for (let place = 0; place < argv.length; place++) {
    if (lastSyntax < place) found = withEnds(found, nodes, 'rest', app)
    nodes = stepsFrom(nodes, argv[place] ?? '')
    if (nodes === nowhere) break
  }
  found = withEnds(withEnds(found, nodes, 'rest', app), nodes, 'exact', app)
  return found.length > 1 ? [...found].sort(inOrder) : found
}

const noRules: readonly CompiledRule[] = []

/** Where the words so far have led: mostly to one node, which takes no list. */
type Nodes = RuleNode | readonly RuleNode[]

const nowhere: readonly RuleNode[] = []

function isList(nodes: Nodes): nodes is readonly RuleNode[] {
  return Array.isArray(nodes)
}

function withEnds(
  found: readonly CompiledRule[],
  nodes: Nodes,
  which: 'rest' | 'exact',
  app: string,
): readonly CompiledRule[] {
  if (!isList(nodes)) return withFound(found, nodes[which], app)
  let all = found
  for (const node of nodes) all = withFound(all, node[which], app)
  return all
}

function withFound(
  found: readonly CompiledRule[],
  index: NameIndex<CompiledRule>,
  app: string,
): readonly CompiledRule[] {
  if (index.size === 0) return found
  const more = index.find(app)
  if (more === null) return found
  return found.length === 0 ? listOf(more) : [...found, ...listOf(more)]
}

function stepsFrom(nodes: Nodes, word: string): Nodes {
  if (!isList(nodes) && nodes.typed.length === 0) return nodes.next.get(word) ?? nowhere
  const reached: RuleNode[] = []
  if (isList(nodes)) for (const node of nodes) addSteps(reached, node, word)
  else addSteps(reached, nodes, word)
  const [only] = reached
  if (only === undefined) return nowhere
  return reached.length === 1 ? only : reached
}

function addSteps(reached: RuleNode[], { next, typed }: RuleNode, word: string): void {
  const literal = next.get(word)
  if (literal !== undefined) reached.push(literal)
  for (const { accepts, node } of typed) if (accepts(word)) reached.push(node)
}

function inOrder(one: CompiledRule, other: CompiledRule): number {
  return one.place - other.place
}

/** Of a rule that was found by its app. */
function appliesAt(compiled: CompiledRule, place: CommandPlace): boolean {
  if (!isForMode(compiled.rule, place.mode)) return false
  return compiled.onService(place.service) && compiled.onRack(place.rack)
}

/** Whether it is for what is started so, now. */
function suits(compiled: CompiledRule, place: CommandPlace): boolean {
  return unsuited(compiled, place.options) === null && (place.holds?.(compiled.rule) ?? null) === null
}

function obstacleOf(compiled: CompiledRule, call: CommandCall): CommandVerdict {
  const nearest = compiled.rule
  const unfit = unsuited(compiled, call.options)
  if (unfit !== null) return { ...denyFor('options', notStartedSo(compiled.rule, unfit)), nearest }
  const obstacle = call.holds?.(compiled.rule)
  if (!obstacle) throw new Error('a rule that nothing stands against permits')
  return { ...denyFor('condition', obstacle), nearest }
}

function forRoles(compiled: CompiledRule, roles: readonly string[]): boolean {
  for (const role of compiled.roles) if (roles.includes(role)) return true
  return false
}

function deny(rule: string, reason: string, next: string): Denied {
  return { effect: 'deny', rule, reason, next }
}

function denyFor(rule: string, { reason, next }: Obstacle): Denied {
  return deny(rule, reason, next)
}
