import { array, assert, boolean, constantFrom, property, record, string } from 'fast-check'
import { expect, test } from 'vitest'
import { type FilterName, filterNames } from './filter-names.ts'
import { type Filter, FilterMistake, parseFilter, printFilter } from './filter-text.ts'
import { exclude, includeOnly } from './refine.ts'

const names = Object.keys(filterNames) as FilterName[]
const freeNames = names.filter((name) => !['result', 'status', 'session', 'view'].includes(name))

const anyTerm = record({
  name: constantFrom(...freeNames),
  value: string({ unit: 'binary', minLength: 1, maxLength: 30 }),
  isExcluded: boolean(),
}).map((term) => ({ ...term, isExcluded: term.isExcluded && filterNames[term.name].canExclude }))

/** Filters without two values of the same name. */
const anyFilter = array(anyTerm, { maxLength: 8 }).map((terms) =>
  terms.filter(({ name }, index) => terms.findIndex((one) => one.name === name) === index),
)

test('a printed filter reads as the same filter, whatever its values are', () => {
  assert(
    property(anyFilter, (filter) => {
      expect(parseFilter(printFilter(filter))).toEqual(filter)
    }),
  )
})

test('any text is a filter that can be printed and parsed again, or throws a FilterMistake', () => {
  assert(
    property(string({ unit: 'binary', maxLength: 60 }), (text) => {
      let filter: Filter
      try {
        filter = parseFilter(text)
      } catch (error) {
        expect(error).toBeInstanceOf(FilterMistake)
        return
      }
      expect(parseFilter(printFilter(filter))).toEqual(filter)
    }),
  )
})

const included = (name: FilterName, value: string) => ({ name, value, isExcluded: false })

test.each<[string, Filter]>([
  ['', []],
  ['  ', []],
  ['actor:ada kind:call', [included('actor', 'ada'), included('kind', 'call')]],
  ['-result:allow', [{ name: 'result', value: 'allow', isExcluded: true }]],
  ['command:"rake db:migrate"', [included('command', 'rake db:migrate')]],
  [String.raw`text:"a \"b\" \\ c"`, [included('text', 'a "b" \\ c')]],
  ['rake migr*', [included('text', 'rake migr*')]],
  ['"db:migrate"', [included('text', 'db:migrate')]],
  ['db:migrate', [included('text', 'db:migrate')]],
  ['db:drop rake', [included('text', 'db:drop rake')]],
  ['db:"a b"', [included('text', 'db:a b')]],
  ['rake: http://example.com 12:30', [included('text', 'rake: http://example.com 12:30')]],
  ['constructor:x', [included('text', 'constructor:x')]],
  ['"user:ada"', [included('text', 'user:ada')]],
  ['view:changes', [included('view', 'changes')]],
  ['from:2027-01-31T12:00:00Z', [included('from', '2027-01-31T12:00:00Z')]],
  ['actor:"token:ci (ops)"', [included('actor', 'token:ci (ops)')]],
  ['address:2001:db8::1', [included('address', '2001:db8::1')]],
])('%j is read', (text, filter) => {
  expect(parseFilter(text)).toEqual(filter)
})

test.each([
  ['user:ada', 'There is no filter user. Did you mean actor:ada?'],
  ['actr:ada', 'Did you mean actor:ada?'],
  ['RACK:prod', 'Did you mean rack:prod?'],
  ['-db:migrate', 'A word cannot be excluded'],
  ['view:change', 'view is changes, logins, sessions, administration, or without-console-reads.'],
  ['result:denied', 'Did you mean result:deny?'],
  ['result:ok', 'result is allow, deny, or require.'],
  ['status:40', 'such as 403'],
  ['actor:', 'actor: needs a value: who:'],
  ['-command:rake', 'command cannot be excluded'],
  ['-rake', 'A word cannot be excluded'],
  ['actor:ada actor:bob', 'Use actor once'],
  ['text:"a', 'A closing quotation mark is missing'],
  ['session:x', 'session: works only together with actor:'],
  [Array.from({ length: 11 }, (_, n) => `-rack:r${n}`).join(' '), 'Exclude at most 10'],
])('%s is rejected with the reason, and a suggestion if there is one', (text, sentence) => {
  expect(() => parseFilter(text)).toThrow(sentence)
})

test('a clicked value is added to the filter, and replaces terms that conflict with it', () => {
  const filter = parseFilter('actor:ada -rack:staging app:web')
  expect(printFilter(includeOnly(filter, 'rack', 'production'))).toBe('actor:ada app:web rack:production')
  expect(printFilter(exclude(filter, 'app', 'web'))).toBe('actor:ada -rack:staging -app:web')
  expect(printFilter(includeOnly(parseFilter('actor:ada session:s'), 'actor', 'bob'))).toBe('actor:bob')
})
