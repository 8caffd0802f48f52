import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTextFinder } from './text-finder.ts'

const unit = fc.constantFrom('a', 'b', 'c', '😀')

test('finds exactly the texts that occur in a name', () => {
  const texts = fc.array(fc.string({ unit, minLength: 1, maxLength: 5 }), { maxLength: 30 })
  fc.assert(
    fc.property(texts, fc.string({ unit, maxLength: 30 }), (given, name) => {
      const finder = createTextFinder(given.map((text, value) => ({ text, value })))
      const found = [...new Set(finder.find(name))].sort((one, other) => one - other)
      expect(found).toEqual(given.flatMap((text, value) => (name.includes(text) ? [value] : [])))
    }),
  )
})

test('without texts, nothing is found', () => {
  expect(createTextFinder([]).find('abc')).toEqual([])
})
