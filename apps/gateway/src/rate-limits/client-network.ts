import { isIPv4 } from 'node:net'
import { ipv6Network, parseAddress } from '@rack-gateway/audit'

/** A /56 has 256 networks of type /64. Its limits are this many times those of one network. */
const siteFactor = 4

/**
 * The network of a client: its IPv4 address, or its IPv6 /64, because an IPv6 client usually has a whole /64.
 * An IPv4-mapped IPv6 address is its IPv4 address. Text that is not an address is a network of its own.
 */
export function clientNetwork(address: string): string {
  return clientNetworks(address)[0]
}

/**
 * The networks that an unauthenticated caller counts for: the client network first, and for IPv6 also the /56, because
 * many customers get a whole /56. `networkLimit` has the limit of each.
 */
export function clientNetworks(address: string): readonly [client: string, ...larger: string[]] {
  if (isIPv4(address)) return [address]
  const parts = parseAddress(address)
  if (parts === null) return [address]
  return parts.length === 4 ? [parts.join('.')] : [ipv6Network(parts, 64), ipv6Network(parts, 56)]
}

/**
 * @param network of `clientNetworks`
 * @param limit of one client network
 */
export function networkLimit(network: string, limit: number): number {
  return network.endsWith('/56') ? siteFactor * limit : limit
}

/** Unknown addresses are never the same network. */
export function isSameNetwork(one: string, other: string): boolean {
  return clientNetwork(one) === clientNetwork(other) && parseAddress(one) !== null
}
