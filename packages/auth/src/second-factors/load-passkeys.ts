/** WebAuthn takes half a second and 28 MB to load, so a gateway without passkeys never loads it. */
export function loadPasskeys() {
  return import('./passkeys.ts')
}
