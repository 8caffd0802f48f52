import { assert, integer, property } from 'fast-check'
import { expect, test } from 'vitest'
import { rootByInclusion, siblingSides } from './merkle-path.ts'
import { webCrypto } from './proof-crypto.ts'

test('a leaf has at most one sibling for each level of the tree, and an index outside the tree gives null', () => {
  assert(
    property(integer({ min: 1, max: 5_000 }), integer({ min: 0, max: 4_999 }), (size, index) => {
      const sides = siblingSides(index, size)
      if (index >= size) expect(sides).toBeNull()
      else expect(sides?.length).toBeLessThanOrEqual(Math.ceil(Math.log2(size)))
    }),
  )
  for (const index of [Number.NaN, -1, 0.5]) expect(siblingSides(index, 3)).toBeNull()
})

test('a path with a sibling too many has no root', async () => {
  const hash = new Uint8Array(32)
  expect(await rootByInclusion(hash, { index: 0, size: 2 }, [hash, hash], webCrypto)).toBeNull()
})
