/** The WebAuthn library is large, so a gateway without passkeys never loads it. */
export function loadPasskeys() {
  return import('./passkeys.ts')
}
