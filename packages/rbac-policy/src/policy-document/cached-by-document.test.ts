import { expect, test, vi } from 'vitest'
import { cachedByDocument } from './cached-by-document.ts'

test('a value is computed once for each document', () => {
  const compute = vi.fn(({ document }: { document: { name: string } }) => document.name)
  const nameOf = cachedByDocument(compute)
  const [one, other] = [{ name: 'one' }, { name: 'other' }]
  const names = [one, one, other, one].map((document) => nameOf({ document }))
  expect(names).toEqual(['one', 'one', 'other', 'one'])
  expect(compute).toHaveBeenCalledTimes(2)
})

test('two documents that are equal have two values, because their sources can differ', () => {
  const compute = vi.fn(() => ({}))
  const cachedValue = cachedByDocument(compute)
  expect(cachedValue({ document: {} })).not.toBe(cachedValue({ document: {} }))
})

test('a value of undefined is cached', () => {
  const compute = vi.fn(() => undefined)
  const cachedValue = cachedByDocument(compute)
  const document = {}
  cachedValue({ document })
  cachedValue({ document })
  expect(compute).toHaveBeenCalledTimes(1)
})
