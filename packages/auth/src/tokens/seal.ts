import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { Keys } from './login-keys.ts'

const ivLength = 12
const tagLength = 16

/**
 * AES-256-GCM for one purpose: the newest key seals, every key opens.
 *
 * @param keys 32 bytes each, newest first
 */
export function createSeal(keys: Keys) {
  /** @param owner the only owner that can open the sealed text */
  function seal(text: string, owner = ''): Buffer {
    const [newest] = keys
    if (!newest) throw new Error('a seal needs a key')
    const iv = randomBytes(ivLength)
    const cipher = createCipheriv('aes-256-gcm', newest, iv).setAAD(Buffer.from(owner))
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
    return Buffer.concat([iv, cipher.getAuthTag(), sealed])
  }

  /** Null if no key can open the text for this owner, or if the text is empty. */
  function open(sealed: Buffer, owner = ''): string | null {
    if (sealed.length <= ivLength + tagLength) return null
    for (const key of keys) {
      const text = decrypt(key, sealed, owner)
      if (text !== null) return text
    }
    return null
  }

  return { seal, open }
}

/** Encrypts a value, so that a client can carry it without reading or changing it. */
export interface ValueSeal<T> {
  seal(value: T): string
  /** Null if no key can open the value. */
  open(sealed: string): T | null
}

/** `createSeal` for JSON, as text that fits into a URL or a cookie. */
export function createValueSeal<T>(keys: Keys): ValueSeal<T> {
  const { seal, open } = createSeal(keys)
  return {
    seal: (value) => seal(JSON.stringify(value)).toString('base64url'),
    open(sealed) {
      const text = open(Buffer.from(sealed, 'base64url'))
      return text === null ? null : JSON.parse(text)
    },
  }
}

function decrypt(key: Uint8Array, sealed: Buffer, owner: string): string | null {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, ivLength), { authTagLength: tagLength })
  decipher.setAAD(Buffer.from(owner)).setAuthTag(sealed.subarray(ivLength, ivLength + tagLength))
  try {
    const text = Buffer.concat([decipher.update(sealed.subarray(ivLength + tagLength)), decipher.final()])
    return text.toString('utf8')
  } catch {
    return null
  }
}
