import { BlockList, isIP } from 'node:net'
import { InvalidSource } from '../errors.ts'

/** Where a call comes from. Behind a trusted proxy that is what a header says, which can be anything; a connection that was reset has none. */
export function callerAddress({ ip }: { readonly ip: string | undefined }): string {
  return ip !== undefined && isIP(ip.split('%', 1)[0] ?? '') !== 0 ? ip : 'unknown'
}

/** IPv4 within IPv6, however it is written. */
const mapped = new BlockList()
mapped.addSubnet('::ffff:0:0', 96, 'ipv6')

/** CIDRs as they are kept; an address alone is a network of one. @throws InvalidSource */
export function checkSources(texts: readonly string[]): string[] {
  return [...new Set(texts.map(checkSource))]
}

function checkSource(text: string): string {
  const [address = '', bits, ...rest] = text.split('/')
  const family = isIP(address)
  const width = family === 4 ? 32 : 128
  const length = bits === undefined ? width : /^(0|[1-9]\d{0,2})$/.test(bits) ? Number(bits) : width + 1
  if (family === 0 || rest.length > 0 || length > width || address.includes('%')) throw new InvalidSource()
  // As IPv6 it would hold for no caller: an IPv4 address is compared as IPv4.
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
