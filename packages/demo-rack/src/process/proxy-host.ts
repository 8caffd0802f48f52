import { BlockList, isIP } from 'node:net'

const blockedAddresses = new BlockList()
blockedAddresses.addSubnet('0.0.0.0', 8)
blockedAddresses.addSubnet('127.0.0.0', 8)
blockedAddresses.addSubnet('169.254.0.0', 16)
blockedAddresses.addAddress('::', 'ipv6')
blockedAddresses.addAddress('::1', 'ipv6')
blockedAddresses.addSubnet('fe80::', 10, 'ipv6')

/**
 * Like a real rack, rejects loopback addresses, and link-local addresses, where clouds serve credentials. Also rejects
 * host names that consist of numbers, such as `2130706433`, because resolvers read such a name as an address.
 */
export function isProxyHost(host: string): boolean {
  const name = host
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
    .toLowerCase()
  const family = isIP(name)
  if (family !== 0) return !blockedAddresses.check(name, family === 6 ? 'ipv6' : 'ipv4')
  if (name === '' || name === 'localhost' || name.endsWith('.localhost')) return false
  return !name.split('.').every((label) => /^(?:0x[0-9a-f]*|\d*)$/.test(label))
}
