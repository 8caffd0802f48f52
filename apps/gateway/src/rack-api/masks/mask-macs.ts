import { hash } from 'node:crypto'
import type { MaskOrigin } from '@rack-gateway/convox-api'

/** A MAC of a value's origin, not of the value itself: 16 bytes in base64url. */
export type MaskMac = (rack: string, origin: MaskOrigin) => string

export function createMaskMac(key: Buffer): MaskMac {
  const hmac = createHmac(key)
  return (rack, { app, release, key: name }) =>
    Buffer.from(hmac(JSON.stringify([rack, app, release, name])).slice(0, macBytes), 'latin1').toString('base64url')
}

export const macBytes = 16

/**
 * HMAC-SHA256 (RFC 2104) of a text. Each character of the result is one byte. A release list of 10 MB can have 240,000
 * masks. Two one-shot hashes take half the time of an `Hmac` object. They also cause only a fifth of the garbage
 * collection, which delays all calls (bench/results/fair-scheduling.md).
 *
 * @throws RangeError for a key that is longer than a block, which HMAC would hash first
 */
function createHmac(key: Buffer): (text: string) => string {
  if (key.length > blockBytes)
    throw new RangeError(`the key has ${key.length} bytes, and at most ${blockBytes} are possible`)
  const paddedKey = Buffer.alloc(blockBytes)
  key.copy(paddedKey)
  const inner = Buffer.alloc(blockBytes + maxReusedBytes)
  const outer = Buffer.alloc(blockBytes + digestBytes)
  for (const [index, byte] of paddedKey.entries()) {
    inner[index] = byte ^ 0x36
    outer[index] = byte ^ 0x5c
  }

  function innerMessage(text: string): Buffer {
    if (text.length * maxBytesPerCharacter > maxReusedBytes)
      return Buffer.concat([inner.subarray(0, blockBytes), Buffer.from(text)])
    return inner.subarray(0, blockBytes + inner.write(text, blockBytes))
  }

  return function hmac(text) {
    outer.write(hash('sha256', innerMessage(text), 'binary'), blockBytes, 'latin1')
    return hash('sha256', outer, 'binary')
  }
}

const blockBytes = 64
const digestBytes = 32
/** Bytes. For a text of at most this size, `hmac` reuses a buffer. */
const maxReusedBytes = 3_000
/** The maximum in UTF-8 for one UTF-16 unit. */
const maxBytesPerCharacter = 3

/** Caches MACs, because a list of releases contains the same MACs each time. */
export function createMaskCache(mac: MaskMac, capacity = 20_000): MaskMac {
  const releases = new Map<string, Map<string, string>>()
  let count = 0
  /** The release of the previous call, because the keys of a release come one after the other. */
  let last: { rack: string; app: string; release: string; texts: Map<string, string> } | null = null

  function textsOf(rack: string, { app, release }: MaskOrigin): Map<string, string> {
    if (last?.release === release && last.app === app && last.rack === rack) return last.texts
    const key = JSON.stringify([rack, app, release])
    const texts = releases.get(key) ?? new Map<string, string>()
    releases.set(key, texts)
    last = { rack, app, release, texts }
    return texts
  }

  return function textOf(rack, origin) {
    if (origin.key.length > maxCachedKeyLength) return mac(rack, origin)
    const known = textsOf(rack, origin).get(origin.key)
    if (known !== undefined) return known
    if (count >= capacity) {
      releases.clear()
      last = null
      count = 0
    }
    const text = mac(rack, origin)
    textsOf(rack, origin).set(origin.key, text)
    count++
    return text
  }
}

const maxCachedKeyLength = 200
