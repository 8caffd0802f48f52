import tls from 'node:tls'
import { lacksAuthority } from './certificate-errors.ts'
import { systemAuthorities } from './system-authorities.ts'

/** Connects with the authorities of a secure context. @throws the certificate error, with Node's code */
export type Connect<T> = (trusted: tls.SecureContext) => Promise<T>

/**
 * If authorities are configured, only these may sign the gateway's certificate. Otherwise, the authorities of Node are
 * tried first (with `NODE_EXTRA_CA_CERTS`), and then those of the system.
 *
 * @param configured PEM, or null
 * @returns a function that connects, and connects again if only the system may know the authority
 */
export function createVerifiedConnector(
  configured: string | null,
  env: NodeJS.ProcessEnv,
): <T>(connect: Connect<T>) => Promise<T> {
  // Created with the first connection, because creating a context loads TLS.
  let trusted: tls.SecureContext | null = null
  let hasAllAuthorities = configured !== null

  return async (connect) => {
    trusted ??= contextFor(configured === null ? null : [configured])
    try {
      return await connect(trusted)
    } catch (error) {
      if (hasAllAuthorities || !lacksAuthority(error)) throw error
      // The system's authorities are read only now, because reading them takes longer than most handshakes.
      const withSystem = contextFor(systemAuthorities(env))
      const connection = await connect(withSystem)
      trusted = withSystem
      hasAllAuthorities = true
      return connection
    }
  }
}

function contextFor(authorities: readonly string[] | null): tls.SecureContext {
  const caOptions = authorities === null ? {} : { ca: [...authorities], allowPartialTrustChain: true }
  return tls.createSecureContext({ ...caOptions, minVersion: 'TLSv1.2' })
}
