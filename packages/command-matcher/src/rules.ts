import { InvalidCommandRules } from './errors.ts'
import { createNameIndex, type NameIndex } from './name-index.ts'
import { compilePatterns, type NameMatcher } from './pattern.ts'
import { ruleProblems, wordChoices } from './rule-check.ts'
import type { ArgvWord, CommandRule } from './types.ts'
import { type WordType, wordTypes } from './word-types.ts'
import { shown } from './wording.ts'
import { writeWords } from './written-words.ts'

/** A rule ready to be asked. `place` is its place in the list: the first that matches decides. */
export interface CompiledRule {
  readonly rule: CommandRule
  readonly place: number
  readonly onService: NameMatcher
  readonly onRack: NameMatcher
  /** Its words, as people write them. */
  readonly words: string
  /** Whether its environment keys permit one. */
  readonly permitsKey: NameMatcher
}

/** One word deeper into the argv of all rules. */
export interface RuleNode {
  /** Where a literal leads. */
  readonly next: ReadonlyMap<string, RuleNode>
  /** Where a word of a type leads. */
  readonly typed: readonly { readonly accepts: (word: string) => boolean; readonly node: RuleNode }[]
  /** Where a word leads that begins with a prefix: by the length of the prefix, then by its text. */
  readonly prefixed: readonly { readonly length: number; readonly nodes: ReadonlyMap<string, RuleNode> }[]
  /** Rules that end here, by app; null for none. */
  readonly exact: NameIndex<CompiledRule> | null
  /** Rules that permit anything from here on, shell syntax excepted, by app; null for none. */
  readonly rest: NameIndex<CompiledRule> | null
}

export interface CompiledRules {
  readonly all: readonly CompiledRule[]
  readonly root: RuleNode
  /** The rules for a role, whatever their words, by app. */
  readonly byRole: ReadonlyMap<string, NameIndex<CompiledRule>>
  /** Services on which `run` may start anything at all. */
  readonly runServices: ReadonlySet<string>
}

export interface CompileOptions {
  /** `command` alone by default. No rule can widen it: on other services `run` is nobody's. */
  readonly runServices?: readonly string[]
}

/**
 * Compiles rules into a tree of words, so that matching costs a look-up or two a word however many rules there are.
 *
 * @throws InvalidCommandRules with every problem that was found
 */
export function compileRules(rules: readonly CommandRule[], options: CompileOptions = {}): CompiledRules {
  const problems = ruleProblems(rules)
  if (problems.length > 0) throw new InvalidCommandRules(problems.map(({ text }) => text).join('; '))
  return compileCheckedRules(rules, options)
}

/** As `compileRules`, of rules that it has compiled before. */
export function compileCheckedRules(rules: readonly CommandRule[], options: CompileOptions = {}): CompiledRules {
  const seed = newSeed()
  const all = rules.map(compileRule)
  for (const compiled of all) plant(seed, compiled)
  return {
    all,
    root: grow(seed),
    byRole: indexByRole(all),
    runServices: new Set(options.runServices ?? ['command']),
  }
}

function compileRule(rule: CommandRule, place: number): CompiledRule {
  const { services, racks, environment = [] } = rule
  return {
    rule,
    place,
    onService: services.includes('*') ? () => true : (name) => services.includes(name),
    onRack: compilePatterns(racks),
    words: shown(writeWords(rule.argv)),
    permitsKey: compilePatterns(environment),
  }
}

function indexByRole(all: readonly CompiledRule[]): CompiledRules['byRole'] {
  const lists = new Map<string, CompiledRule[]>()
  for (const compiled of all) {
    for (const role of new Set(compiled.rule.roles)) {
      const list = lists.get(role) ?? []
      lists.set(role, list)
      list.push(compiled)
    }
  }
  return new Map([...lists].map(([role, rules]) => [role, byApp(rules)]))
}

/** A node while rules are still being added. */
interface Seed {
  readonly next: Map<string, Seed>
  readonly typed: Map<WordType, Seed>
  readonly prefixed: Map<string, Seed>
  readonly exact: CompiledRule[]
  readonly rest: CompiledRule[]
}

function newSeed(): Seed {
  return { next: new Map(), typed: new Map(), prefixed: new Map(), exact: [], rest: [] }
}

function plant(root: Seed, compiled: CompiledRule): void {
  let ends = [root]
  for (const word of compiled.rule.argv) {
    if (typeof word === 'object' && 'rest' in word) {
      for (const end of ends) end.rest.push(compiled)
      return
    }
    ends = ends.flatMap((end) => childrenFor(end, word))
  }
  for (const end of ends) end.exact.push(compiled)
}

function childrenFor(seed: Seed, word: Exclude<ArgvWord, { readonly rest: true }>): Seed[] {
  if (typeof word === 'object' && 'type' in word) return [child(seed.typed, word.type)]
  if (typeof word === 'object' && 'prefix' in word) return [child(seed.prefixed, word.prefix)]
  return (wordChoices(word) ?? []).map((literal) => child(seed.next, literal))
}

function child<K>(children: Map<K, Seed>, key: K): Seed {
  const found = children.get(key)
  if (found) return found
  const made = newSeed()
  children.set(key, made)
  return made
}

function grow({ next, typed, prefixed, exact, rest }: Seed): RuleNode {
  return {
    next: new Map([...next].map(([word, seed]) => [word, grow(seed)])),
    typed: [...typed].map(([type, seed]) => ({ accepts: wordTypes[type].accepts, node: grow(seed) })),
    prefixed: byLength(prefixed),
    exact: exact.length === 0 ? null : byApp(exact),
    rest: rest.length === 0 ? null : byApp(rest),
  }
}

function byLength(prefixed: Seed['prefixed']): RuleNode['prefixed'] {
  const lengths = new Map<number, Map<string, RuleNode>>()
  for (const [prefix, seed] of prefixed) {
    const nodes = lengths.get(prefix.length) ?? new Map<string, RuleNode>()
    lengths.set(prefix.length, nodes.set(prefix, grow(seed)))
  }
  return [...lengths].map(([length, nodes]) => ({ length, nodes }))
}

function byApp(rules: readonly CompiledRule[]): NameIndex<CompiledRule> {
  return createNameIndex(rules.map((compiled) => ({ patterns: compiled.rule.apps, value: compiled })))
}
