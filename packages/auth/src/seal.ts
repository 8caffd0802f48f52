import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { deriveKey } from './secret.ts'

const ivLength = 12
const tagLength = 16

export interface Seal<T> {
  seal(value: T): string
  /** Null for anything that this gateway has not sealed for this purpose. */
  open(sealed: string): T | null
}

/**
 * Lets a value travel with somebody else, who can neither read nor change it. AES-256-GCM.
 *
 * @param secrets newest first: that one seals, all open
 * @param purpose as in `deriveKey`: what is sealed for one is nothing for another
 */
export function createSeal<T>(secrets: readonly Uint8Array[], purpose: string): Seal<T> {
  const keys = secrets.map((secret) => deriveKey(secret, purpose))

  function seal(value: T): string {
    const [newest] = keys
    if (!newest) throw new Error('a seal needs a key')
    const iv = randomBytes(ivLength)
    const cipher = createCipheriv('aes-256-gcm', newest, iv)
    const text = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()])
    return Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64url')
  }

  function open(sealed: string): T | null {
    const bytes = Buffer.from(sealed, 'base64url')
    if (bytes.length <= ivLength + tagLength) return null
    for (const key of keys) {
      const text = decrypt(key, bytes)
      if (text !== null) return JSON.parse(text)
    }
    return null
  }

  return { seal, open }
}

function decrypt(key: Buffer, bytes: Buffer): string | null {
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, ivLength), { authTagLength: tagLength })
  decipher.setAuthTag(bytes.subarray(ivLength, ivLength + tagLength))
  try {
    const text = Buffer.concat([decipher.update(bytes.subarray(ivLength + tagLength)), decipher.final()])
    return text.toString('utf8')
  } catch {
    return null
  }
}
