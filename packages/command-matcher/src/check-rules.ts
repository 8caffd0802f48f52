import { inMessage } from './message-text.ts'
import { isPrefix } from './prefix-word.ts'
import type { Problem } from './rule-problem.ts'
import type { ArgvWord, CommandRule } from './types.ts'
import { isWordType } from './word-types.ts'

const maxVariants = 1000
const maxWords = 100
/** The maximum number of branches in the tree that `compileRules` builds from all rules. */
const maxBranches = 100_000

/** The literals that a word matches. Null for a placeholder, a prefix, and `rest`. */
export function wordChoices(word: ArgvWord): readonly string[] | null {
  if (typeof word === 'string') return [word]
  return 'rest' in word || 'type' in word || 'prefix' in word ? null : [...new Set(word)]
}

/** Empty if the rules can be compiled. */
export function ruleProblems(rules: readonly CommandRule[]): Problem[] {
  const seen = new Set<string>()
  let branches = 0
  return rules.flatMap((rule) => {
    const found = [...idProblems(rule, seen), ...argvProblems(rule.argv).map((text) => ['run', text] as const)]
    const before = branches
    branches += variantsOf(rule.argv) * rule.argv.length
    if (before <= maxBranches && branches > maxBranches)
      found.push(['run', 'stands for too many commands, together with the rules before it'])
    if (rule.services.length === 0) found.push(['services', 'names no service'])
    if (rule.roles.length === 0) found.push(['roles', 'names no role'])
    seen.add(rule.id)
    return found.map(([field, text]) => ({
      at: ['commands', 'rules', rule.id, field],
      text: `the rule "${inMessage(rule.id)}" ${text}`,
    }))
  })
}

type FieldProblem = readonly [field: string, text: string]

function idProblems(rule: CommandRule, seen: ReadonlySet<string>): FieldProblem[] {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(rule.id))
    return [['', 'needs an ID of lower-case letters, digits, and single dashes, which begins with a letter']]
  if (reservedIds.has(rule.id)) return [['', 'has an ID that the gateway uses for its own denials']]
  return seen.has(rule.id) ? [['', 'has the ID of another rule']] : []
}

const reservedIds: ReadonlySet<string> = new Set([
  'empty',
  'too-long',
  'unreadable',
  'run-service',
  'shell-syntax',
  'no-rule',
  'attached-start',
  'options',
  'condition',
])

function argvProblems(argv: readonly ArgvWord[]): string[] {
  if (argv.length === 0) return ['has no words; to allow any command, write "..." as its only word']
  if (argv.length > maxWords) return [`has more than ${maxWords} words`]
  const problems: string[] = []
  for (const [position, word] of argv.entries()) {
    if (typeof word === 'object' && 'rest' in word) {
      if (position !== argv.length - 1) problems.push('has "..." before its last word; move it to the end')
      continue
    }
    if (typeof word === 'object' && 'type' in word) {
      if (!isWordType(word.type))
        problems.push(`has a word of the type "${inMessage(word.type)}", which does not exist`)
      continue
    }
    if (typeof word === 'object' && 'prefix' in word) {
      if (!isPrefix(word.prefix)) problems.push(prefixProblem(word.prefix))
      continue
    }
    const choices = wordChoices(word) ?? []
    if (choices.length === 0) problems.push('has a word without choices')
    // Only ASCII, so that look-alikes and invalid UTF-8 never match a literal of a rule.
    if (!choices.every((choice) => /^[\x20-\x7e]+$/.test(choice))) problems.push('may contain only printable ASCII')
  }
  if (variantsOf(argv) > maxVariants) problems.push(`stands for more than ${maxVariants} commands`)
  return problems
}

function prefixProblem(prefix: string): string {
  const word = `"${inMessage(prefix)}*"`
  if (prefix === '')
    return 'has a * without text before it; write <name:word> for any one word, or "..." as the last word for any further words'
  if (prefix.startsWith('-')) return `has ${word}, which begins with a dash: a prefix does not match options`
  return `has ${word}: before the * there can be at most 200 letters, digits, and _ . : / @ = + , -`
}

/** The number of combinations of the rule's literals. A placeholder, a prefix, and `rest` count as one literal. */
function variantsOf(argv: readonly ArgvWord[]): number {
  return argv.reduce((variants, word) => variants * (wordChoices(word)?.length ?? 1), 1)
}
