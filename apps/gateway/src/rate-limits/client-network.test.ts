import { expect, test } from 'vitest'
import { clientNetwork, clientNetworks, isSameNetwork, networkLimit } from './client-network.ts'

test.each([
  ['192.0.2.1', '192.0.2.1', true],
  ['192.0.2.1', '192.0.2.2', false],
  ['192.0.2.1', '::ffff:192.0.2.1', true],
  ['::ffff:192.0.2.1', '::ffff:192.0.2.2', false],
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

test.each([
  ['2001:db8:1:2ff::1', ['2001:db8:1:2ff::/64', '2001:db8:1:200::/56']],
  ['2001:db8:1:200:ffff:ffff:ffff:ffff', ['2001:db8:1:200::/64', '2001:db8:1:200::/56']],
  ['2001:DB8:0001:0300::', ['2001:db8:1:300::/64', '2001:db8:1:300::/56']],
  ['fe80::1%eth0', ['fe80:0:0:0::/64', 'fe80:0:0:0::/56']],
  ['::1', ['0:0:0:0::/64', '0:0:0:0::/56']],
  ['192.0.2.1', ['192.0.2.1']],
  ['::ffff:192.0.2.1', ['192.0.2.1']],
  ['0:0:0:0:0:FFFF:c000:201', ['192.0.2.1']],
  ['unknown', ['unknown']],
  ['', ['']],
])('the networks of %j are %j', (address, networks) => {
  expect(clientNetworks(address)).toEqual(networks)
})

test('the limit of a /56 is four times the limit of a client network', () => {
  const limits = ['2001:db8:1:2ff::1', '192.0.2.1'].map((address) =>
    clientNetworks(address).map((network) => networkLimit(network, 10)),
  )
  expect(limits).toEqual([[10, 40], [10]])
})
