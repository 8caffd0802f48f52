import { BlockList, isIP } from 'node:net'
import { InvalidSource } from './errors.ts'

const mapped = /^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i

/** An address as it is compared: IPv4 within IPv6 as the IPv4 that it is, and no zone. */
export function plainAddress(address: string): string {
  return address.split('%', 1)[0]?.replace(mapped, '') ?? ''
}

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
  if (family === 6 && /^(0*:)*:?(0*:)*ffff:/i.test(address)) throw new InvalidSource()
  return `${address.toLowerCase()}/${length}`
}

const compiled = new WeakMap<readonly string[], BlockList>()

/** Whether an address is in one of the networks. What is no address is in none. */
export function comesFrom(sources: readonly string[], address: string): boolean {
  const plain = plainAddress(address)
  const family = isIP(plain)
  if (family === 0) return false
  const list = compiled.get(sources) ?? compile(sources)
  return list.check(plain, family === 4 ? 'ipv4' : 'ipv6')
}

function compile(sources: readonly string[]): BlockList {
  const list = new BlockList()
  for (const source of sources) {
    const [address = '', bits] = source.split('/')
    list.addSubnet(address, Number(bits), isIP(address) === 4 ? 'ipv4' : 'ipv6')
  }
  compiled.set(sources, list)
  return list
}
