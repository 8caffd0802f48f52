import { Resolver } from 'node:dns/promises'
import { isIP } from 'node:net'

interface ResolveOptions {
  /** Milliseconds. */
  readonly timeout: number
  readonly resolver?: Resolver
}

/**
 * Whether the name servers answer a lookup within the timeout, with an address or an error. Call this before the lookup
 * of the system, which cannot be aborted and would keep the process alive.
 */
export async function doNameServersRespond(
  host: string,
  { timeout, resolver = new Resolver({ timeout, tries: 1 }) }: ResolveOptions,
): Promise<boolean> {
  if (host === 'localhost' || isIP(host.replace(/^\[|\]$/g, '')) !== 0) return true
  const timer = setTimeout(() => resolver.cancel(), timeout)
  try {
    await resolver.resolve4(host)
    return true
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : ''
    return code !== 'ETIMEOUT' && code !== 'ECANCELLED'
  } finally {
    clearTimeout(timer)
  }
}
