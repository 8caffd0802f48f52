import { BlockList, isIP } from 'node:net'
import { InvalidSource } from '../errors.ts'

/** The address of the caller. Behind a trusted proxy it comes from a header, which can contain anything. A reset connection has none. */
export function callerAddress({ ip }: { readonly ip: string | undefined }): string {
  return ip !== undefined && isIP(ip.split('%', 1)[0] ?? '') !== 0 ? ip : 'unknown'
}

/** IPv4-mapped IPv6 addresses, in any spelling. */
const mapped = new BlockList()
mapped.addSubnet('::ffff:0:0', 96, 'ipv6')

/** The canonical CIDRs. A single address becomes a network of one address. @throws InvalidSource */
export function checkSources(texts: readonly string[]): string[] {
  return [...new Set(texts.map(checkSource))]
}

function checkSource(text: string): string {
  const [address = '', bits, ...rest] = text.split('/')
  const family = isIP(address)
  const width = family === 4 ? 32 : 128
  const length = bits === undefined ? width : /^(0|[1-9]\d{0,2})$/.test(bits) ? Number(bits) : width + 1
  if (family === 0 || rest.length > 0 || length > width || address.includes('%')) throw new InvalidSource()
  // An IPv4-mapped network would never match, because IPv4 addresses are compared as IPv4.
  if (familyOf(address) === 'ipv4' && family === 6) throw new InvalidSource()
  return `${address.toLowerCase()}/${length}`
}

interface Networks {
  readonly ipv4: BlockList
  readonly ipv6: BlockList
}

const compiled = new WeakMap<readonly string[], Networks>()

/** Whether an address is in one of the networks. False for a text that is not an address. */
export function comesFrom(sources: readonly string[], address: string): boolean {
  const [plain = ''] = address.split('%', 1)
  if (isIP(plain) === 0) return false
  return networksOf(sources)[familyOf(plain)].check(plain, isIP(plain) === 4 ? 'ipv4' : 'ipv6')
}

/** A list for each family: one list would find every IPv4 address in `::/0`. */
function networksOf(sources: readonly string[]): Networks {
  const known = compiled.get(sources)
  if (known) return known
  const networks = { ipv4: new BlockList(), ipv6: new BlockList() }
  for (const source of sources) {
    const [address = '', bits] = source.split('/')
    const family = familyOf(address)
    networks[family].addSubnet(address, Number(bits), family)
  }
  compiled.set(sources, networks)
  return networks
}

function familyOf(address: string): keyof Networks {
  return isIP(address) === 4 || mapped.check(address, 'ipv6') ? 'ipv4' : 'ipv6'
}
