import { addressBlock } from '@rack-gateway/audit'

export interface ClientNetworks {
  /** The IPv4 address, or the IPv6 /64. */
  readonly network: string
  /** The IPv6 /56, which often belongs to one customer; null for IPv4. */
  readonly site: string | null
}

export function clientNetworks(address: string): ClientNetworks {
  return { network: clientNetwork(address), site: null }
}

/** The network of a client: its IPv4 address, or its IPv6 /64, because an IPv6 client usually has a whole /64. */
export function clientNetwork(address: string): string {
  const block = addressBlock(address)
  return block.endsWith('/64') ? block : address
}

/** Unknown addresses are never the same network. */
export function isSameNetwork(one: string, other: string): boolean {
  return clientNetwork(one) === clientNetwork(other) && addressBlock(one) !== 'unknown'
}
