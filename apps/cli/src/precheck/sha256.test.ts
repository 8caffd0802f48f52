import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sha256 } from './sha256.ts'

test('is what Node says it is, of any length', () => {
  for (let length = 0; length < 300; length++) expect(sha256('a'.repeat(length))).toBe(byNode('a'.repeat(length)))
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (text) => {
      expect(sha256(text)).toBe(byNode(text))
    }),
  )
})

function byNode(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
