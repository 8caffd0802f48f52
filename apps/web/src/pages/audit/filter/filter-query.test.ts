import { expect, test } from 'vitest'
import { toQuery } from './filter-query.ts'
import { parseFilter } from './filter-text.ts'
import { readTime } from './read-time.ts'

const now = Date.parse('2027-01-31T12:00:00Z')
const at = { now, zone: 'local' } as const

test('the filter becomes the query of the API', () => {
  const filter = parseFilter('actor:ada -result:allow -rack:a -rack:b command:"rake db:migrate" session:s')
  expect(toQuery(filter, '1h', at)).toEqual({
    from: '2027-01-31T11:00:00.000Z',
    principal: 'ada',
    notEffect: ['allow'],
    notRack: ['a', 'b'],
    command: 'rake db:migrate',
    credential: 's',
  })
})

test('times of the filter replace the range', () => {
  expect(toQuery(parseFilter('to:2027-01-01T00:00:00Z'), '1h', at)).toEqual({ to: '2027-01-01T00:00:00.000Z' })
  expect(toQuery(parseFilter('from:2d to:1d'), 'all', at)).toEqual({
    from: '2027-01-29T12:00:00.000Z',
    to: '2027-01-30T12:00:00.000Z',
  })
  expect(toQuery([], 'all', at)).toEqual({})
})

test.each(['from:yesterday', 'from:1h to:2h', 'to:2027-02-30'])('%s is refused', (text) => {
  expect(() => toQuery(parseFilter(text), '1h', at)).toThrow(/^(?:from|to) (?:is not|must be)/)
})

test('a day without an offset begins in the chosen time zone', () => {
  expect(readTime('2027-01-31', { now, zone: 'utc' })).toBe(Date.parse('2027-01-31T00:00:00Z'))
})

test.each([
  ['2h', now - 7_200_000],
  ['2027-01-31T12:00:00Z', now],
  ['2027-01-31T13:00+01:00', now],
  ['2027-01-31 12:00:00.5Z', now + 500],
  ['2027-01-31', new Date(2027, 0, 31).getTime()],
  ['2027-13-01', null],
  ['2027-02-29', null],
  ['12:00', null],
  ['2h ago', null],
])('the time %s', (text, time) => {
  expect(readTime(text, at)).toBe(time)
})
