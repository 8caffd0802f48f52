import { expect, test } from 'vitest'
import { spent } from './measure.ts'

const before = { subject: 100, rack: 10, postgres: 5, load: 0, writer: 0 }

test('the result is the difference, divided by the number of operations', () => {
  const after = { subject: 500, rack: 30, postgres: 25, load: 40, writer: 0 }
  expect(spent(before, after, 10)).toEqual({ subject: 40, rack: 2, postgres: 2, load: 4, writer: 0 })
})

test('an unknown value is null, not zero', () => {
  expect(spent({ ...before, postgres: null }, before, 1).postgres).toBeNull()
})
