import { createHash, createHmac, createSecretKey, type KeyObject, randomBytes, timingSafeEqual } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { LRUCache } from 'lru-cache'
import type { TokenKind } from '../errors/denial.ts'
import * as denials from '../errors/denial.ts'
import { InvalidExpiry, NoSecretKey, RepeatedSecretKey } from '../errors/errors.ts'
import { decodeBytes, encodeBytes, encodeNumber } from './base62.ts'
import { deriveKey } from './secret.ts'

/**
 * A token with valid check digits, signature, and expiry, or the JWT of a CI job that was accepted as the credential.
 * Only the database knows whether it was revoked.
 */
export interface VerifiedToken {
  readonly kind: TokenKind
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
  /** SHA-256 of the whole token, 32 bytes. The database stores this. */
  readonly hash: Buffer
}

export interface IssuedToken {
  /** Shown once, never stored. */
  readonly token: string
  readonly hash: Buffer
  /** Milliseconds since the epoch, rounded down to a second. */
  readonly expiresAt: number
}

export interface TokenMint {
  /** @throws InvalidExpiry outside 1970 to 36812 */
  issue(kind: TokenKind, expiresAt: number, random?: (size: number) => Buffer): IssuedToken
  /** Does no I/O. @param now milliseconds since the epoch */
  verify(text: string, now: number): VerifiedToken | denials.AuthenticationDenial
}

const prefixes = { session: 'rgs_', browser: 'rgb_', 'api-token': 'rgt_', workload: 'rgw_' } as const satisfies Record<
  TokenKind,
  string
>
const kinds = new Map<string, TokenKind>([
  ['rgs_', 'session'],
  ['rgb_', 'browser'],
  ['rgt_', 'api-token'],
  ['rgw_', 'workload'],
])

// The layout, in bytes. The signature covers the prefix and all bytes before the signature.
const version = 1
const keyIdAt = 1
const randomAt = 5
const expiryAt = 21
const signatureAt = 26
const payloadLength = 42

const prefixWidth = 4
const payloadWidth = 57
const checkWidth = 6
const checkAt = prefixWidth + payloadWidth
const tokenLength = checkAt + checkWidth
const maxVerified = 4_000
const latestExpiry = (2 ** 40 - 1) * 1000

/**
 * @param secrets newest first; the newest signs, all verify. Each at least 32 bytes
 * @throws NoSecretKey, WeakSecretKey, RepeatedSecretKey
 */
export function createTokenMint(secrets: readonly Uint8Array[]): TokenMint {
  const keys = secrets.map(signingKey)
  const newest = newestOf(keys)
  const keyById = new Map(keys.map((key) => [key.id.readUInt32BE(), key.secret]))
  if (keyById.size < keys.length) throw new RepeatedSecretKey()

  function issue(kind: TokenKind, expiresAt: number, random = randomBytes): IssuedToken {
    if (!(expiresAt >= 0 && expiresAt <= latestExpiry)) throw new InvalidExpiry()
    const seconds = Math.floor(expiresAt / 1000)
    const payload = Buffer.alloc(payloadLength)
    payload.writeUInt8(version)
    newest.id.copy(payload, keyIdAt)
    random(expiryAt - randomAt).copy(payload, randomAt)
    payload.writeUIntBE(seconds, expiryAt, signatureAt - expiryAt)
    const prefix = prefixes[kind]
    sign(newest.secret, prefix, payload).copy(payload, signatureAt)
    const body = prefix + encodeBytes(payload, payloadWidth)
    const token = body + checkDigits(body)
    return { token, hash: hashToken(token), expiresAt: seconds * 1000 }
  }

  // A signature stays valid, so it is not verified again while the token is cached. Its expiry is checked each time.
  // The cache key is the whole token, so the duration of a lookup reveals no part of it.
  const verified = new LRUCache<string, VerifiedToken>({ max: maxVerified })

  function verify(text: string, now: number): VerifiedToken | denials.AuthenticationDenial {
    const verifiedToken = verified.get(text) ?? verifySignature(text)
    if (denials.isDenial(verifiedToken)) return verifiedToken
    return now >= verifiedToken.expiresAt
      ? denials.expiredToken(verifiedToken.kind, verifiedToken.expiresAt)
      : verifiedToken
  }

  function verifySignature(text: string): VerifiedToken | denials.AuthenticationDenial {
    const prefix = text.slice(0, prefixWidth)
    const kind = kinds.get(prefix)
    if (!kind || text.length !== tokenLength) return denials.malformedToken
    if (checkDigits(text.slice(0, checkAt)) !== text.slice(checkAt)) return denials.malformedToken
    const payload = decodeBytes(text.slice(prefixWidth, checkAt), payloadLength)
    if (!payload) return denials.malformedToken
    if (payload.readUInt8() !== version) return denials.unknownVersion
    const key = keyById.get(payload.readUInt32BE(keyIdAt))
    if (!key) return denials.unknownKey
    if (!timingSafeEqual(sign(key, prefix, payload), payload.subarray(signatureAt))) return denials.badSignature
    const expiresAt = payload.readUIntBE(expiryAt, signatureAt - expiryAt) * 1000
    const verifiedToken = { kind, expiresAt, hash: hashToken(text) }
    verified.set(text, verifiedToken)
    return verifiedToken
  }

  return { issue, verify }
}

interface SigningKey {
  readonly id: Buffer
  readonly secret: KeyObject
}

function newestOf(keys: readonly SigningKey[]): SigningKey {
  const [newest] = keys
  if (!newest) throw new NoSecretKey()
  return newest
}

function signingKey(secret: Uint8Array): SigningKey {
  return {
    id: deriveKey(secret, 'rack-gateway/token-key-id/1', 4),
    secret: createSecretKey(deriveKey(secret, 'rack-gateway/token-signature/1')),
  }
}

function sign(key: KeyObject, prefix: string, payload: Buffer): Buffer {
  const signed = createHmac('sha256', key).update(prefix).update(payload.subarray(0, signatureAt))
  return signed.digest().subarray(0, payloadLength - signatureAt)
}

/** Distinguishes a mistyped or truncated token from a forged one, without a key. */
function checkDigits(body: string): string {
  return encodeNumber(crc32(body), checkWidth)
}

function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
