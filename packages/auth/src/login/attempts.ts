import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { deriveKey } from '../secret.ts'

/** A login that has begun: what must come back with it. */
export interface Attempt {
  readonly state: string
  readonly nonce: string
  /** Of PKCE. */
  readonly verifier: string
  readonly returnTo: string
  /** Milliseconds since the epoch. */
  readonly begunAt: number
}

export const attemptLife = 600_000

const ivLength = 12
const tagLength = 16

/** What an attempt's cookie is called, after the prefix: so that several tabs don't take each other's. */
export function attemptName(state: string): string {
  return stateHash(state).subarray(0, 8).toString('hex')
}

export function stateHash(state: string): Buffer {
  return createHash('sha256').update(state).digest()
}

export type AttemptSeal = ReturnType<typeof createAttemptSeal>

/** Attempts travel in their browser, sealed, so that beginning one costs no I/O. @param secrets newest first */
export function createAttemptSeal(secrets: readonly Uint8Array[]) {
  const keys = secrets.map((secret) => deriveKey(secret, 'rack-gateway/login-attempt/1'))

  function seal(attempt: Attempt): string {
    const [newest] = keys
    if (!newest) throw new Error('a seal needs a key')
    const iv = randomBytes(ivLength)
    const cipher = createCipheriv('aes-256-gcm', newest, iv)
    const text = Buffer.concat([cipher.update(JSON.stringify(attempt), 'utf8'), cipher.final()])
    return Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64url')
  }

  /** Null for anything that this gateway has not sealed. */
  function open(sealed: string): Attempt | null {
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
