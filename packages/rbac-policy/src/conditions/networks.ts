import { BlockList, isIP } from 'node:net'

/** IPv4-mapped IPv6 addresses, in any spelling. */
let mapped: BlockList | null = null

function isMapped(address: string): boolean {
  if (mapped === null) {
    mapped = new BlockList()
    mapped.addSubnet('::ffff:0:0', 96, 'ipv6')
  }
  return mapped.check(address, 'ipv6')
}

/** Normalizes a network or an address to a CIDR; null for any other text, and for an IPv4-mapped network. */
export function readNetwork(text: string): string | null {
  const [address = '', bits, ...rest] = text.split('/')
  const family = isIP(address)
  const width = family === 4 ? 32 : 128
  const length = bits === undefined ? width : /^(0|[1-9]\d{0,2})$/.test(bits) ? Number(bits) : width + 1
  if (family === 0 || rest.length > 0 || length > width || address.includes('%')) return null
  // An IPv4-mapped network would never match, because IPv4-mapped addresses are compared with IPv4 networks.
  if (familyOf(address) === 'ipv4' && family === 6) return null
  return `${address.toLowerCase()}/${length}`
}

const maxCached = 1_000

/** @param networks as `readNetwork` returns them */
export function compileNetworks(networks: readonly string[]): (address: string) => boolean {
  // A list for each family: a common list would find every IPv4 address in `::/0`.
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() }
  for (const network of networks) {
    const [address = '', bits] = network.split('/')
    const family = familyOf(address)
    lists[family].addSubnet(address, Number(bits), family)
  }
  const cache = new Map<string, boolean>()

  function isIn(address: string): boolean {
    const [plain = ''] = address.split('%', 1)
    const version = isIP(plain)
    return version !== 0 && lists[familyOf(plain)].check(plain, version === 4 ? 'ipv4' : 'ipv6')
  }

  return function comesFrom(address) {
    const found = cache.get(address)
    if (found !== undefined) return found
    const response = isIn(address)
    if (cache.size >= maxCached) cache.clear()
    if (address.length <= 64) cache.set(address, response)
    return response
  }
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 || isMapped(address) ? 'ipv4' : 'ipv6'
}
