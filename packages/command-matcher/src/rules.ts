import { InvalidCommandRules } from './errors.ts'
import { compilePatterns, type NameMatcher } from './pattern.ts'
import { ruleProblems, wordChoices } from './rule-check.ts'
import type { CommandRule } from './types.ts'

/** A rule ready to be asked. `place` is its place in the list: the first that matches decides. */
export interface CompiledRule {
  readonly rule: CommandRule
  readonly place: number
  readonly onService: NameMatcher
  readonly onApp: NameMatcher
  readonly onRack: NameMatcher
}

/** One word deeper into the argv of all rules. */
export interface RuleNode {
  readonly next: Map<string, RuleNode>
  /** Rules that end here. */
  readonly exact: CompiledRule[]
  /** Rules that permit anything from here on, shell syntax excepted. */
  readonly rest: CompiledRule[]
}

export interface CompiledRules {
  readonly all: readonly CompiledRule[]
  readonly root: RuleNode
  /** Services on which `run` may start anything at all. */
  readonly runServices: ReadonlySet<string>
}

export interface CompileOptions {
  /** `command` alone by default. No rule can widen it: on other services `run` is nobody's. */
  readonly runServices?: readonly string[]
}

/**
 * Compiles rules into a tree of words, so that matching costs one look-up a word however many rules there are.
 *
 * @throws InvalidCommandRules with every problem that was found
 */
export function compileRules(rules: readonly CommandRule[], options: CompileOptions = {}): CompiledRules {
  const problems = ruleProblems(rules)
  if (problems.length > 0) throw new InvalidCommandRules(problems.join('; '))

  const root = newNode()
  const all = rules.map(compileRule)
  for (const compiled of all) plant(root, compiled)
  return { all, root, runServices: new Set(options.runServices ?? ['command']) }
}

function compileRule(rule: CommandRule, place: number): CompiledRule {
  return {
    rule,
    place,
    onService: rule.services.includes('*') ? () => true : (service) => rule.services.includes(service),
    onApp: compilePatterns(rule.apps),
    onRack: compilePatterns(rule.racks),
  }
}

function plant(root: RuleNode, compiled: CompiledRule): void {
  let ends = [root]
  for (const word of compiled.rule.argv) {
    const choices = wordChoices(word)
    if (choices === 'rest') {
      for (const end of ends) end.rest.push(compiled)
      return
    }
    ends = ends.flatMap((end) => choices.map((literal) => child(end, literal)))
  }
  for (const end of ends) end.exact.push(compiled)
}

function child(node: RuleNode, word: string): RuleNode {
  const found = node.next.get(word)
  if (found) return found
  const made = newNode()
  node.next.set(word, made)
  return made
}

function newNode(): RuleNode {
  return { next: new Map(), exact: [], rest: [] }
}
