export type RecordedDetail = Readonly<Record<string, string | number | boolean>>

const mostFacts = 20
const longestText = 1_000

/** What an event of a package holds. @throws for what an event can't hold, which its author then sees in a test */
export function recordedDetail(name: string, detail: RecordedDetail): RecordedDetail {
  const facts = Object.entries(detail)
  if (facts.length > mostFacts) throw new Error(`an event of a policy package has at most ${mostFacts} facts`)
  for (const [fact, value] of facts) {
    if (!/^[a-z][A-Za-z0-9]{0,39}$/.test(fact) || fact === 'package')
      throw new Error(`a fact of an event can not be called ${JSON.stringify(fact.slice(0, 40))}`)
    if (!isPlain(value)) throw new Error(`the fact ${fact} is not a text, a finite number or a boolean`)
  }
  return { ...Object.fromEntries(facts.map(([fact, value]) => [fact, bounded(value)])), package: name }
}

function isPlain(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)
}

function bounded(value: string | number | boolean): string | number | boolean {
  return typeof value === 'string' ? value.slice(0, longestText) : value
}
