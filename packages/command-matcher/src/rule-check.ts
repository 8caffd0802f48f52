import type { ArgvWord, CommandRule } from './types.ts'
import { shown } from './wording.ts'

const mostVariants = 1000

/** The literals that a word of a pattern stands for, or `rest`. */
export function wordChoices(word: ArgvWord): readonly string[] | 'rest' {
  if (typeof word === 'string') return [word]
  return 'rest' in word ? 'rest' : [...new Set(word)]
}

/** Everything that is wrong with a list of rules; empty when it can be compiled. */
export function ruleProblems(rules: readonly CommandRule[]): string[] {
  const seen = new Set<string>()
  return rules.flatMap((rule) => {
    const problems = [...identity(rule, seen), ...argvProblems(rule.argv)]
    if (rule.services.length === 0) problems.push('names no service')
    if (rule.roles.length === 0) problems.push('names no role')
    seen.add(rule.id)
    return problems.map((problem) => `the rule "${shown(rule.id)}" ${problem}`)
  })
}

function identity(rule: CommandRule, seen: ReadonlySet<string>): string[] {
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(rule.id)) return ['needs an id of lower-case letters, digits and single dashes']
  if (reserved.has(rule.id)) return ['has an id that the gateway uses for its own refusals']
  return seen.has(rule.id) ? ['has the id of another rule'] : []
}

/** Rule ids under which the matcher itself speaks. */
export const reserved: ReadonlySet<string> = new Set([
  'empty',
  'too-long',
  'unreadable',
  'run-service',
  'shell-syntax',
  'no-rule',
])

function argvProblems(argv: readonly ArgvWord[]): string[] {
  if (argv.length === 0) return ['has no words: to permit any command, write { rest: true }']
  const problems: string[] = []
  let variants = 1
  for (const [place, word] of argv.entries()) {
    const choices = wordChoices(word)
    if (choices === 'rest') {
      if (place !== argv.length - 1) problems.push('may hold { rest: true } only as its last word')
      continue
    }
    variants *= choices.length
    if (choices.length === 0) problems.push('has a word without choices')
    // Only ASCII: no look-alikes, no two spellings of one letter, and nothing that bytes outside of UTF-8 could be read as.
    if (!choices.every((choice) => /^[\x20-\x7e]+$/.test(choice)))
      problems.push('may only hold words of printable ASCII')
  }
  if (variants > mostVariants) problems.push(`stands for more than ${mostVariants} commands`)
  return problems
}
