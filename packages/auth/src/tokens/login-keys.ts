import { deriveKey } from './secret.ts'

const purposes = {
  csrfTokens: 'rack-gateway/csrf-token/1',
  loginAttempts: 'rack-gateway/login-attempt/1',
  // For sealing refresh tokens of the identity provider.
  providerRefreshTokens: 'rack-gateway/provider-grant/1',
  loopbackLogins: 'rack-gateway/loopback-login/1',
  // For the stored hashes of the codes of device logins.
  deviceCodes: 'rack-gateway/device-login-code/1',
  // For sealing the device login whose code was typed, until the user allows or denies it.
  typedCodes: 'rack-gateway/device-login-typed/1',
  totpSecrets: 'rack-gateway/totp-secret/1',
  backupCodes: 'rack-gateway/backup-code/1',
  stepUpCodes: 'rack-gateway/step-up-code/1',
} as const

/** Keys of one purpose, newest first. The newest one signs and seals, and all of them verify and open. */
export type Keys = readonly Buffer[]

export type LoginKeys = { readonly [Purpose in keyof typeof purposes]: Keys }

/** @param secrets keys of `APP_SECRET_KEY`, newest first */
export function deriveLoginKeys(secrets: readonly Uint8Array[]): LoginKeys {
  const keysFor = (purpose: string) => secrets.map((secret) => deriveKey(secret, purpose))
  return {
    csrfTokens: keysFor(purposes.csrfTokens),
    loginAttempts: keysFor(purposes.loginAttempts),
    providerRefreshTokens: keysFor(purposes.providerRefreshTokens),
    loopbackLogins: keysFor(purposes.loopbackLogins),
    deviceCodes: keysFor(purposes.deviceCodes),
    typedCodes: keysFor(purposes.typedCodes),
    totpSecrets: keysFor(purposes.totpSecrets),
    backupCodes: keysFor(purposes.backupCodes),
    stepUpCodes: keysFor(purposes.stepUpCodes),
  }
}
