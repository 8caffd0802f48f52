import { InvalidCommandRules } from './errors.ts'
import { createNameIndex, type NameIndex } from './name-index.ts'
import { compilePatterns, type NameMatcher } from './pattern.ts'
import { ruleProblems, wordChoices } from './rule-check.ts'
import { createStandingRules, type StandingRules } from './standing-rules.ts'
import type { CommandRule } from './types.ts'
import { type WordType, wordTypes } from './word-types.ts'
import { shown } from './wording.ts'
import { writeWords } from './written-words.ts'

/** A rule ready to be asked. `place` is its place in the list: the first that matches decides. */
export interface CompiledRule {
  readonly rule: CommandRule
  readonly place: number
  /** Rules for the same roles have the same list. */
  readonly roles: readonly string[]
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
  /** Rules that end here, by app. */
  readonly exact: NameIndex<CompiledRule>
  /** Rules that permit anything from here on, shell syntax excepted, by app. */
  readonly rest: NameIndex<CompiledRule>
}

export interface CompiledRules {
  readonly all: readonly CompiledRule[]
  readonly root: RuleNode
  /** What a role may run at a place, whatever the words. */
  readonly standing: StandingRules
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
  const shared = createShared()
  const all = rules.map((rule, place) => compileRule(rule, place, shared))
  for (const compiled of all) plant(seed, compiled)
  return {
    all,
    root: grow(seed),
    standing: createStandingRules(all),
    runServices: new Set(options.runServices ?? ['command']),
  }
}

function compileRule(rule: CommandRule, place: number, shared: Shared): CompiledRule {
  const { roles, services, racks, environment = nothing } = rule
  return {
    rule,
    place,
    roles: shared.roles(roles),
    onService: services.includes('*') ? anyName : shared.oneOf(services),
    onRack: racks === undefined ? anyName : shared.likeOneOf(racks),
    words: shown(writeWords(rule.argv)),
    permitsKey: shared.likeOneOf(environment),
  }
}

const anyName: NameMatcher = () => true
const nothing: readonly string[] = []

type Shared = ReturnType<typeof createShared>

/** Most of a thousand rules are for the same few roles, services and racks: what is made of these is made once, and stays in the processor's cache. */
function createShared() {
  return {
    roles: once((roles) => roles),
    oneOf: once(
      (names): NameMatcher =>
        (name) =>
          names.includes(name),
    ),
    likeOneOf: once(compilePatterns),
  }
}

function once<T>(make: (names: readonly string[]) => T): (names: readonly string[]) => T {
  const made = new Map<string, T>()
  return function of(names) {
    const key = JSON.stringify(names)
    const found = made.get(key) ?? make(names)
    made.set(key, found)
    return found
  }
}

/** A node while rules are still being added. */
interface Seed {
  readonly next: Map<string, Seed>
  readonly typed: Map<WordType, Seed>
  readonly exact: CompiledRule[]
  readonly rest: CompiledRule[]
}

function newSeed(): Seed {
  return { next: new Map(), typed: new Map(), exact: [], rest: [] }
}

function plant(root: Seed, compiled: CompiledRule): void {
  let ends = [root]
  for (const word of compiled.rule.argv) {
    if (typeof word === 'object' && 'rest' in word) {
      for (const end of ends) end.rest.push(compiled)
      return
    }
    ends =
      typeof word === 'object' && 'type' in word
        ? ends.map((end) => child(end.typed, word.type))
        : ends.flatMap((end) => (wordChoices(word) ?? []).map((literal) => child(end.next, literal)))
  }
  for (const end of ends) end.exact.push(compiled)
}

function child<K>(children: Map<K, Seed>, key: K): Seed {
  const found = children.get(key)
  if (found) return found
  const made = newSeed()
  children.set(key, made)
  return made
}

function grow({ next, typed, exact, rest }: Seed): RuleNode {
  return {
    next: next.size === 0 ? noWords : new Map([...next].map(([word, seed]) => [word, grow(seed)])),
    typed:
      typed.size === 0
        ? noTypes
        : [...typed].map(([type, seed]) => ({ accepts: wordTypes[type].accepts, node: grow(seed) })),
    exact: byApp(exact),
    rest: byApp(rest),
  }
}

/** Most words end no rule, and most ends lead nowhere: all of them share these. */
const none = createNameIndex<CompiledRule>([])
const noWords: RuleNode['next'] = new Map()
const noTypes: RuleNode['typed'] = []

function byApp(rules: readonly CompiledRule[]): NameIndex<CompiledRule> {
  if (rules.length === 0) return none
  return createNameIndex(rules.map((compiled) => ({ patterns: compiled.rule.apps, value: compiled })))
}
