import { events } from '@rack-gateway/database'
import { expect, test } from 'vitest'
import { searchColumns } from './search-columns.ts'

/** Columns of the chain, and the time of the insert. */
const otherColumns = ['canonical', 'prev', 'hash', 'written_at']

test('every other column of audit.events repeats a field of the event, with its type', () => {
  const columns = Object.values(events).flatMap((column) =>
    'getSQLType' in column ? [{ name: column.name, type: column.getSQLType() }] : [],
  )
  const types: Readonly<Record<string, string>> = { words: 'text', timestamptz: 'timestamp with time zone' }
  const expected = searchColumns.map(({ name, type }) => ({ name, type: types[type] ?? type }))
  expect(columns.filter(({ name }) => !otherColumns.includes(name))).toEqual(expected)
})
