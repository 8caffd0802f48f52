import { ruleProblems, wordChoices } from './check-rules.ts'
import { InvalidCommandRules } from './errors.ts'
import { inMessage } from './message-text.ts'
import { createNameIndex, createNameMatcher, type NameIndex } from './name-index.ts'
import { compilePatterns, type NameMatcher } from './name-pattern.ts'
import type { ArgvWord, CommandRule } from './types.ts'
import { formatWords } from './word-syntax.ts'
import { type WordType, wordTypes } from './word-types.ts'

/** `position` is the index in the list. A decision names the matching rule with the lowest position. */
export interface CompiledRule {
  readonly rule: CommandRule
  readonly position: number
  readonly matchesService: NameMatcher
  readonly matchesRack: NameMatcher
  /** For messages. */
  readonly words: string
  /** Whether the run can set the environment key with this name. */
  readonly allowsKey: NameMatcher
}

export interface RuleNode {
  /** Children by literal. */
  readonly next: ReadonlyMap<string, RuleNode>
  /** Children by type. */
  readonly typed: readonly { readonly accepts: (word: string) => boolean; readonly node: RuleNode }[]
  /** Children by prefix: by the length of the prefix, then by its text. */
  readonly prefixed: readonly { readonly length: number; readonly nodes: ReadonlyMap<string, RuleNode> }[]
  /** Rules that end here, by app. */
  readonly exact: NameIndex<CompiledRule> | null
  /** Rules that allow any further words without shell syntax, by app. */
  readonly rest: NameIndex<CompiledRule> | null
}

/** The rules of a role, by app. A denial looks for other rules on the service, and a policy can have many services. */
export interface RoleRules {
  readonly onEveryService: NameIndex<CompiledRule>
  readonly byService: ReadonlyMap<string, NameIndex<CompiledRule>>
}

export interface CompiledRules {
  readonly all: readonly CompiledRule[]
  readonly root: RuleNode
  readonly byRole: ReadonlyMap<string, RoleRules>
  /** Services that allow `run`. */
  readonly runServices: ReadonlySet<string>
}

export interface CompileOptions {
  /** By default, only the service named `command`. No rule can allow `run` on another service. */
  readonly runServices?: readonly string[]
}

/**
 * Compiles rules into a tree of words. So a match compares each word of a command only a few times, however many rules
 * there are.
 *
 * @throws InvalidCommandRules with all problems
 */
export function compileRules(rules: readonly CommandRule[], options: CompileOptions = {}): CompiledRules {
  const problems = ruleProblems(rules)
  if (problems.length > 0) throw new InvalidCommandRules(problems.map(({ text }) => text).join('; '))
  return compileCheckedRules(rules, options)
}

/** As `compileRules`, for rules without problems. */
export function compileCheckedRules(rules: readonly CommandRule[], options: CompileOptions = {}): CompiledRules {
  const builder = createBuilder()
  const all = rules.map(compileRule)
  for (const compiled of all) addRule(builder, compiled)
  return {
    all,
    root: buildNode(builder),
    byRole: indexByRole(all),
    runServices: new Set(options.runServices ?? ['command']),
  }
}

function compileRule(rule: CommandRule, position: number): CompiledRule {
  const { services, racks, environment = [] } = rule
  return {
    rule,
    position,
    matchesService: services.includes('*') ? () => true : (name) => services.includes(name),
    matchesRack: compilePatterns(racks),
    words: inMessage(formatWords(rule.argv)),
    allowsKey: createNameMatcher(environment),
  }
}

function indexByRole(all: readonly CompiledRule[]): CompiledRules['byRole'] {
  const byRole = listsByName(all, ({ rule }) => rule.roles)
  return new Map([...byRole].map(([role, rules]) => [role, indexByService(rules)]))
}

function indexByService(rules: readonly CompiledRule[]): RoleRules {
  const isOnEveryService = ({ rule }: CompiledRule) => rule.services.includes('*')
  const named = rules.filter((compiled) => !isOnEveryService(compiled))
  const byService = listsByName(named, ({ rule }) => rule.services)
  return {
    onEveryService: byApp(rules.filter(isOnEveryService)),
    byService: new Map([...byService].map(([service, list]) => [service, byApp(list)])),
  }
}

/** The lists have the order of the rules. */
function listsByName(
  rules: readonly CompiledRule[],
  namesOf: (compiled: CompiledRule) => readonly string[],
): Map<string, CompiledRule[]> {
  const lists = new Map<string, CompiledRule[]>()
  for (const compiled of rules) {
    for (const name of new Set(namesOf(compiled))) {
      const list = lists.get(name) ?? []
      lists.set(name, list)
      list.push(compiled)
    }
  }
  return lists
}

/** A node of the tree while rules are added. */
interface NodeBuilder {
  readonly next: Map<string, NodeBuilder>
  readonly typed: Map<WordType, NodeBuilder>
  readonly prefixed: Map<string, NodeBuilder>
  readonly exact: CompiledRule[]
  readonly rest: CompiledRule[]
}

function createBuilder(): NodeBuilder {
  return { next: new Map(), typed: new Map(), prefixed: new Map(), exact: [], rest: [] }
}

function addRule(root: NodeBuilder, compiled: CompiledRule): void {
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

function childrenFor(builder: NodeBuilder, word: Exclude<ArgvWord, { readonly rest: true }>): NodeBuilder[] {
  if (typeof word === 'object' && 'type' in word) return [child(builder.typed, word.type)]
  if (typeof word === 'object' && 'prefix' in word) return [child(builder.prefixed, word.prefix)]
  return (wordChoices(word) ?? []).map((literal) => child(builder.next, literal))
}

function child<K>(children: Map<K, NodeBuilder>, key: K): NodeBuilder {
  const found = children.get(key)
  if (found) return found
  const made = createBuilder()
  children.set(key, made)
  return made
}

function buildNode({ next, typed, prefixed, exact, rest }: NodeBuilder): RuleNode {
  return {
    next: new Map([...next].map(([word, builder]) => [word, buildNode(builder)])),
    typed: [...typed].map(([type, builder]) => ({ accepts: wordTypes[type].accepts, node: buildNode(builder) })),
    prefixed: byLength(prefixed),
    exact: exact.length === 0 ? null : byApp(exact),
    rest: rest.length === 0 ? null : byApp(rest),
  }
}

function byLength(prefixed: NodeBuilder['prefixed']): RuleNode['prefixed'] {
  const lengths = new Map<number, Map<string, RuleNode>>()
  for (const [prefix, builder] of prefixed) {
    const nodes = lengths.get(prefix.length) ?? new Map<string, RuleNode>()
    lengths.set(prefix.length, nodes.set(prefix, buildNode(builder)))
  }
  return [...lengths].map(([length, nodes]) => ({ length, nodes }))
}

function byApp(rules: readonly CompiledRule[]): NameIndex<CompiledRule> {
  return createNameIndex(rules.map((compiled) => ({ patterns: compiled.rule.apps, value: compiled })))
}
