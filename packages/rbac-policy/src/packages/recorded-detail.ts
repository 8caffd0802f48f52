export type RecordedDetail = Readonly<Record<string, string | number | boolean>>

const maxFacts = 20
const maxText = 1_000

/** @throws for an invalid detail, so that the author of the package sees the problem in a test */
export function recordedDetail(name: string, detail: RecordedDetail): RecordedDetail {
  const facts = Object.entries(detail)
  if (facts.length > maxFacts) throw new Error(`an event of a policy package has at most ${maxFacts} facts`)
  for (const [fact, value] of facts) {
    if (!/^[a-z][A-Za-z0-9]{0,39}$/.test(fact) || fact === 'package')
      throw new Error(`the name of a fact is invalid: ${JSON.stringify(fact.slice(0, 40))}`)
    if (!isPlain(value)) throw new Error(`the fact ${fact} is not a text, a finite number, or a boolean`)
  }
  return { ...Object.fromEntries(facts.map(([fact, value]) => [fact, bounded(value)])), package: name }
}

function isPlain(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)
}

function bounded(value: string | number | boolean): string | number | boolean {
  return typeof value === 'string' ? value.slice(0, maxText) : value
}
