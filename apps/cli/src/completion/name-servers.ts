import { Resolver } from 'node:dns/promises'
import { isIP } from 'node:net'

interface Asked {
  /** Milliseconds. */
  readonly patience: number
  readonly resolver?: Resolver
}

/**
 * Whether name servers say anything about a host in time. Where they don't, the system's own look-up isn't begun: it can't
 * be given up, and the process would stay for as long as it waits.
 */
export async function nameServersAnswer(
  host: string,
  { patience, resolver = new Resolver({ timeout: patience, tries: 1 }) }: Asked,
): Promise<boolean> {
  if (host === 'localhost' || isIP(host.replace(/^\[|\]$/g, '')) !== 0) return true
  const over = setTimeout(() => resolver.cancel(), patience)
  try {
    await resolver.resolve4(host)
    return true
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : ''
    return code !== 'ETIMEOUT' && code !== 'ECANCELLED'
  } finally {
    clearTimeout(over)
  }
}
