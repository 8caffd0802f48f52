import { isIP } from 'node:net'
import { compileNetworks, readNetwork } from '@rack-gateway/rbac-policy'
import { InvalidSource } from '../errors/errors.ts'

/**
 * Returns `unknown` without a valid address. A reset connection has no address. Behind a trusted proxy, the address
 * comes from a header, which can contain anything.
 */
export function callerAddress({ ip }: { readonly ip: string | undefined }): string {
  return ip !== undefined && isIP(ip.split('%', 1)[0] ?? '') !== 0 ? ip : 'unknown'
}

/** The canonical CIDRs. A single address becomes a network of one address. @throws InvalidSource */
export function checkSources(texts: readonly string[]): string[] {
  return [...new Set(texts.map(checkSource))]
}

function checkSource(text: string): string {
  const network = readNetwork(text)
  if (network === null) throw new InvalidSource()
  return network
}

const compiled = new WeakMap<readonly string[], (address: string) => boolean>()

/** False for a text that is not an address. */
export function comesFrom(sources: readonly string[], address: string): boolean {
  const cached = compiled.get(sources)
  if (cached !== undefined) return cached(address)
  const isIn = compileNetworks(sources)
  compiled.set(sources, isIn)
  return isIn(address)
}
