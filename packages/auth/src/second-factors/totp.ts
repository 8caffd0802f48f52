import { Secret, TOTP } from 'otpauth'

/** The parameters that every authenticator app supports. */
const parameters = { algorithm: 'SHA1', digits: 6, period: 30 } as const
/** Bytes, as RFC 4226, section 4, recommends. */
const secretLength = 20
/** Time steps before and after the current one, for clocks that differ. */
const window = 1

/** A secret in base32. */
export function createTotpSecret(): string {
  return new Secret({ size: secretLength }).base32
}

export interface TotpAccount {
  readonly email: string
  /** The host name of the gateway, which tells several gateways apart in an app. */
  readonly host: string | null
}

/** `otpauth://…`, for a QR code. */
export function totpUri(secret: string, { email, host }: TotpAccount): string {
  const issuer = host === null ? 'Rack Gateway' : `Rack Gateway ${host}`
  return new TOTP({ ...parameters, issuer, label: email, secret: Secret.fromBase32(secret) }).toString()
}

/**
 * The time step of a code, or null if the code is wrong.
 *
 * @param typed may contain spaces, as apps show codes
 * @param now milliseconds since the epoch
 */
export function totpStep(secret: string, typed: string, now: number): number | null {
  const code = typed.replaceAll(' ', '')
  // The library throws for some other texts.
  if (!/^[0-9]{6}$/.test(code)) return null
  const totp = new TOTP({ ...parameters, secret: Secret.fromBase32(secret) })
  const delta = totp.validate({ token: code, window, timestamp: now })
  return delta === null ? null : totp.counter({ timestamp: now }) + delta
}
