import { addressBlock } from '@rack-gateway/audit'

/** Whoever has an IPv6 address has its whole /64. */
export function senderAt(address: string): string {
  const block = addressBlock(address)
  return block.endsWith('/64') ? block : address
}

/** Where an address isn't known, nobody is the same. */
export function isSameSender(one: string, other: string): boolean {
  return senderAt(one) === senderAt(other) && addressBlock(one) !== 'unknown'
}
