import { expect, test } from 'vitest'
import { nextSort, readSort, sortRows, timeValue } from './sort-rows.ts'

interface Row {
  readonly name: string
  readonly used: string | null
}

const columns = [
  { title: 'Name', sortBy: ({ name }: Row) => name },
  { title: 'Last used', sortBy: ({ used }: Row) => timeValue(used) },
  { title: 'Action' },
]
const rows = [
  { name: 'web-10', used: '2027-01-02T00:00:00Z' },
  { name: 'Web-9', used: null },
  { name: 'api', used: '2027-01-01T23:00:00+01:00' },
]
const namesBy = (key: string) => sortRows(rows, columns, readSort(columns, key)).map(({ name }) => name)

test('names are sorted as people read them, and unknown times come last in both directions', () => {
  expect(namesBy('name')).toEqual(['api', 'Web-9', 'web-10'])
  expect(namesBy('-name')).toEqual(['web-10', 'Web-9', 'api'])
  expect(namesBy('last-used')).toEqual(['api', 'web-10', 'Web-9'])
  expect(namesBy('-last-used')).toEqual(['web-10', 'api', 'Web-9'])
})

test.each([undefined, '', '-', 'action', 'password'])('without such a column (%s), the order stays', (key) => {
  expect(readSort(columns, key)).toBeNull()
  expect(sortRows(rows, columns, null)).toBe(rows)
})

test('a header sorts in one direction, then in the other, and then not at all', () => {
  const press = (key: string | undefined, title: string) => nextSort(readSort(columns, key), title)
  expect(press(undefined, 'Last used')).toBe('last-used')
  expect(press('last-used', 'Last used')).toBe('-last-used')
  expect(press('-last-used', 'Last used')).toBeUndefined()
  expect(press('-last-used', 'Name')).toBe('name')
})
