import { expect, test } from 'vitest'
import { loopbackAddress } from './networks.ts'

test('each index has an address of its own, and none is the address of the polite caller', () => {
  const addresses = Array.from({ length: 1_000 }, (_, index) => loopbackAddress(index))
  expect(new Set(addresses).size).toBe(1_000)
  expect([addresses[0], addresses[249], addresses[250]]).toEqual(['127.0.1.1', '127.0.1.250', '127.0.2.1'])
})
