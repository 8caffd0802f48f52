import tls from 'node:tls'
import { lacksAuthority } from './certificate-words.ts'
import { systemAuthorities } from './system-authorities.ts'

/** Makes a connection that goes by some authorities alone. @throws what is wrong with the certificate, with Node's code */
export type Attempt<T> = (trusted: tls.SecureContext) => Promise<T>

/**
 * Who may have signed a gateway's certificate, for all that is ever sent to it: those that are named for it, in PEM, and
 * nobody else; where none are (null), those that Node knows, `NODE_EXTRA_CA_CERTS` among them, and the system's.
 *
 * @returns what makes an attempt, and another one where only the system may know the authority
 */
export function goingBy(named: string | null, env: NodeJS.ProcessEnv): <T>(attempt: Attempt<T>) => Promise<T> {
  // With the first attempt: it loads TLS.
  let trusted: tls.SecureContext | null = null
  let isWidest = named !== null

  return async (attempt) => {
    trusted ??= contextFor(named === null ? null : [named])
    try {
      return await attempt(trusted)
    } catch (error) {
      if (isWidest || !lacksAuthority(error)) throw error
      // Reading the system's takes longer than most handshakes, and few gateways need them.
      const wider = contextFor(systemAuthorities(env))
      const made = await attempt(wider)
      trusted = wider
      isWidest = true
      return made
    }
  }
}

function contextFor(authorities: readonly string[] | null): tls.SecureContext {
  const trust = authorities === null ? {} : { ca: [...authorities], allowPartialTrustChain: true }
  return tls.createSecureContext({ ...trust, minVersion: 'TLSv1.2' })
}
