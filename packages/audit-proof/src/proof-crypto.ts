import type { Bytes } from './bytes.ts'

/** The cryptography of a verification. Node answers at once, and browsers answer with a promise. */
export interface ProofCrypto {
  /** SHA-256, 32 bytes. */
  sha256(bytes: Bytes): Bytes | Promise<Bytes>
  /** @param key 32 bytes @param signature 64 bytes */
  verifyEd25519(key: Bytes, message: Bytes, signature: Bytes): boolean | Promise<boolean>
}

/** WebCrypto, as in browsers. A page has it only if it was loaded over https: or from this computer. */
export const webCrypto: ProofCrypto = {
  async sha256(bytes) {
    return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  },
  async verifyEd25519(key, message, signature) {
    const imported = await crypto.subtle.importKey('raw', key, 'Ed25519', false, ['verify'])
    return crypto.subtle.verify('Ed25519', imported, signature, message)
  },
}
