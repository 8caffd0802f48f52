import { expect, test } from 'vitest'
import { clientNetwork, isSameNetwork } from './client-network.ts'

test.each([
  ['192.0.2.1', '192.0.2.1', true],
  ['192.0.2.1', '192.0.2.2', false],
  ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', true],
  ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
  ['192.0.2.1', '2001:db8::1', false],
  ['unknown', 'unknown', false],
])('%s and %s are in the same network: %s', (one, other, same) => {
  expect(isSameNetwork(one, other)).toBe(same)
})

test('the network of an IPv6 address is its /64, and of an IPv4 address itself', () => {
  expect([clientNetwork('2001:db8::1'), clientNetwork('192.0.2.1')]).toEqual(['2001:db8:0:0::/64', '192.0.2.1'])
})
