import { expect, test } from 'vitest'
import { rackNames } from './observe-banner.tsx'

test.each([
  [['staging'], 9, 'staging'],
  [['staging', 'eu', 'production'], 9, 'eu, production, and staging'],
  [['d', 'c', 'b', 'a'], 9, 'a, b, c, and 1 more rack'],
  [['e', 'd', 'c', 'b', 'a'], 9, 'a, b, c, and 2 more racks'],
  [['d', 'c', 'b', 'a'], 4, 'all your 4 racks'],
])('the racks %j of %i are named as %s', (observed, all, names) => {
  expect(rackNames(observed, all)).toBe(names)
})
