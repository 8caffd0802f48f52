import { isIPv4, isIPv6 } from 'node:net'

/**
 * The four bytes of an IPv4 address, or the eight 16-bit groups of an IPv6 address. An IPv4-mapped IPv6 address gives
 * the bytes of its IPv4 address. Null for text that is not an address.
 */
export function parseAddress(address: string): readonly number[] | null {
  if (isIPv4(address)) return address.split('.').map(Number)
  const withoutZone = address.split('%', 1)[0] ?? ''
  if (!isIPv6(withoutZone)) return null
  const groups = groupsOf(withoutZone)
  if (groups.slice(0, 5).some((group) => group !== 0) || groups[5] !== 0xffff) return groups
  const [high = 0, low = 0] = groups.slice(6)
  return [high >> 8, high & 0xff, low >> 8, low & 0xff]
}

/**
 * The /24 network of an IPv4 address, or the /64 network of an IPv6 address. One client can easily change the other
 * bits. An IPv4-mapped IPv6 address gives a /24. Text that is not an address gives `unknown`.
 */
export function addressBlock(address: string): string {
  if (isIPv4(address)) return `${address.slice(0, address.lastIndexOf('.'))}.0/24`
  const parts = parseAddress(address)
  if (parts === null) return 'unknown'
  return parts.length === 4 ? `${parts.slice(0, 3).join('.')}.0/24` : ipv6Network(parts, 64)
}

/**
 * The text of an IPv6 network. Each network has one text.
 *
 * @param groups of `parseAddress`
 * @param bits 56 or 64
 */
export function ipv6Network(groups: readonly number[], bits: 56 | 64): string {
  const [first = 0, second = 0, third = 0, fourth = 0] = groups
  const shown = [first, second, third, bits === 64 ? fourth : fourth & 0xff00]
  return `${shown.map((group) => group.toString(16)).join(':')}::/${bits}`
}

/** The eight groups of a valid IPv6 address. */
function groupsOf(address: string): number[] {
  const [head = '', tail] = address.split('::')
  const left = groupsIn(head)
  if (tail === undefined) return left
  const right = groupsIn(tail)
  return [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right]
}

function groupsIn(text: string): number[] {
  if (text === '') return []
  return text.split(':').flatMap(function groupsOfWord(word) {
    if (!word.includes('.')) return Number.parseInt(word, 16)
    const [a = 0, b = 0, c = 0, d = 0] = word.split('.').map(Number)
    return [a * 256 + b, c * 256 + d]
  })
}
