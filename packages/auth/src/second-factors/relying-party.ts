import { isIP } from 'node:net'

/** The gateway in WebAuthn. Its passkeys are valid only for this ID, and only on pages of this origin. */
export interface RelyingParty {
  /** The host name of PUBLIC_URL. */
  readonly id: string
  readonly origin: string
}

/** Why this gateway has no passkeys. */
export interface NoRelyingParty {
  readonly reason: string
  readonly remedy: string
}

export function relyingPartyOf(publicUrl: string | null): RelyingParty | NoRelyingParty {
  if (publicUrl === null)
    return {
      reason: 'This gateway does not support passkeys, because PUBLIC_URL is not set.',
      remedy: 'Use an authenticator app, or ask an administrator to set PUBLIC_URL.',
    }
  const { hostname, origin } = new URL(publicUrl)
  if (isIP(hostname.replace(/^\[|\]$/g, '')) === 0) return { id: hostname, origin }
  return {
    reason:
      'This gateway does not support passkeys, because PUBLIC_URL contains an IP address, and browsers accept passkeys only for host names.',
    remedy: 'Use an authenticator app, or ask an administrator to set PUBLIC_URL to a host name.',
  }
}

export function isRelyingParty(value: RelyingParty | NoRelyingParty): value is RelyingParty {
  return 'id' in value
}
