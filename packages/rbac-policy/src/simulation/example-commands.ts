import { type ArgvWord, type CommandRule, formatWords, type WordType } from '@rack-gateway/command-matcher'

/** A command that a rule matches. */
export interface ExampleCommand {
  readonly argv: readonly string[]
  /** In the syntax of rules, with placeholders. */
  readonly words: string
  readonly service: string
}

const examples: Readonly<Record<WordType, string>> = {
  integer: '42',
  word: 'a-word',
  name: 'a-name',
  uuid: '00000000-0000-4000-8000-000000000000',
  date: '2030-01-31',
  release: 'RAAAAAAAAAA',
}

/** Words that only a rule for any command allows. Such a rule never matches shell syntax, so the words contain none. */
const unnamed = ['unnamed-command', 'unnamed-word']

/** A placeholder for all services that no rule names. */
export const anyOther = '(another)'

/** The maximum number of variants of one rule. */
const maxVariants = 50

/** Example commands that distinguish lists of rules: every variant of every rule, and a command that no rule names. */
export function exampleCommands(rules: readonly CommandRule[], runServices: readonly string[]): ExampleCommand[] {
  const named = rules.flatMap((rule) => rule.services).filter((name) => name !== '*')
  const services = [...new Set([...runServices, ...named, anyOther])]
  const found = new Map<string, ExampleCommand>()
  for (const rule of rules) {
    const ruleServices = rule.services.includes('*') ? services : rule.services
    for (const words of variants(rule.argv))
      add(found, { argv: words.flatMap(wordFor), words: formatWords(words) }, ruleServices)
  }
  add(found, { argv: unnamed, words: '(anything else)' }, services)
  return [...found.values()]
}

function add(
  found: Map<string, ExampleCommand>,
  example: Omit<ExampleCommand, 'service'>,
  services: readonly string[],
): void {
  for (const service of services) found.set(`${service} ${example.argv.join(' ')}`, { ...example, service })
}

/**
 * Every combination of choices. A word that would cause more than `maxVariants` variants is not expanded: its first
 * choice is used.
 */
function variants(argv: readonly ArgvWord[]): (readonly ArgvWord[])[] {
  let all: (readonly ArgvWord[])[] = [[]]
  for (const word of argv) {
    const choices = Array.isArray(word) && word.length * all.length <= maxVariants ? word : [word]
    all = all.flatMap((begun) => choices.map((choice: ArgvWord) => [...begun, choice]))
  }
  return all
}

function wordFor(word: ArgvWord): readonly string[] {
  if (typeof word === 'string') return [word]
  if ('rest' in word) return unnamed
  if ('prefix' in word) return [`${word.prefix}a-word`]
  return 'type' in word ? [examples[word.type]] : word.slice(0, 1)
}
