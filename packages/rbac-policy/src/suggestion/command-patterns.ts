import { type ArgvWord, formatWords, type WordType, wordTypes } from '@rack-gateway/command-matcher'
import { groupBy } from './group-by.ts'
import type { Use } from './recorded-uses.ts'
import { keyOf } from './subject.ts'

/** Types whose words name a thing, never an action: three tasks of rake must not become any task of rake. */
const holes: readonly { readonly type: WordType; readonly name: string }[] = [
  { type: 'integer', name: 'number' },
  { type: 'uuid', name: 'id' },
  { type: 'date', name: 'day' },
  { type: 'release', name: 'release' },
]

/** Different values after which a word of a type replaces a literal. */
const minValues = 3

/** A call with a command that a rule can have. */
export interface CommandUse {
  readonly use: Use
  readonly argv: readonly string[]
}

/** A long word of mixed letters and digits, which no pattern of known secrets has found. */
export function mayBeSecret(argv: readonly string[]): boolean {
  return argv.some((word) =>
    (word.match(/[A-Za-z0-9+/_]{20,}/g) ?? []).some(
      (part) => (part.match(/[0-9]/g) ?? []).length >= 3 && /[A-Za-z]/.test(part),
    ),
  )
}

/**
 * The pattern of each use: its literal words, or a word of a type where at least three different values were seen. The
 * values must be of the caller's account, or of so many accounts that no single account makes the difference.
 *
 * @param uses of one context: the same rack, app, service, and kind of command
 */
export function patternsOf(uses: readonly CommandUse[]): ReadonlyMap<CommandUse, string> {
  const shapes = groupBy(uses, ({ argv }) => JSON.stringify(shapeOf(argv)))
  const patterns = new Map<CommandUse, string>()
  for (const similar of shapes.values()) {
    const [first] = similar
    const shape = first === undefined ? [] : shapeOf(first.argv)
    const typed = shape.map((hole, index) => (typeof hole === 'string' ? null : typedFor(similar, index)))
    for (const one of similar) {
      const words = one.argv.map((word, index): ArgvWord => {
        const hole = shape[index]
        const isTyped = typed[index]?.(one.use.caller.account) ?? false
        return isTyped && hole !== undefined && typeof hole !== 'string' ? hole : word
      })
      patterns.set(one, formatWords(words))
    }
  }
  return patterns
}

function shapeOf(argv: readonly string[]) {
  return argv.map((word, index) =>
    index === 0 ? word : (holes.find(({ type }) => wordTypes[type].accepts(word)) ?? word),
  )
}

function typedFor(uses: readonly CommandUse[], index: number): (account: string) => boolean {
  const values = new Map<string, Set<string>>()
  for (const { use, argv } of uses) {
    const { account } = use.caller
    const found = values.get(account) ?? new Set()
    values.set(account, found.add(argv[index] ?? ''))
  }
  const accountsOf = new Map<string, number>()
  for (const own of values.values()) for (const value of own) accountsOf.set(value, (accountsOf.get(value) ?? 0) + 1)
  // Without any one account, at least three values remain.
  const ofTeam = [...values.values()].every((own) => {
    const exclusive = [...own].filter((value) => accountsOf.get(value) === 1).length
    return accountsOf.size - exclusive >= minValues
  })
  return (account) => ofTeam || (values.get(account)?.size ?? 0) >= minValues
}

export function contextOf({ rack, app, command }: Use): string {
  return JSON.stringify([rack, app, command?.service, command?.by, command?.environment])
}

export function callerKey({ caller }: Use): string {
  return keyOf(caller)
}
