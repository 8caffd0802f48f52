import { createHmac } from 'node:crypto'
import type { MaskOrigin } from '@rack-gateway/convox-api'

/** A 16-byte MAC of a value's origin, not of the value itself. */
export type MaskMac = (rack: string, origin: MaskOrigin) => Buffer

export function createMaskMac(key: Buffer): MaskMac {
  return (rack, { app, release, key: name }) =>
    createHmac('sha256', key)
      .update(JSON.stringify([rack, app, release, name]))
      .digest()
      .subarray(0, macBytes)
}

export const macBytes = 16

/** Caches MACs as text, because a list of releases contains the same MACs each time. */
export function createMaskTexts(mac: MaskMac, capacity = 20_000): (rack: string, origin: MaskOrigin) => string {
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
    if (origin.key.length > maxCachedKeyLength) return mac(rack, origin).toString('base64url')
    const known = textsOf(rack, origin).get(origin.key)
    if (known !== undefined) return known
    if (count >= capacity) {
      releases.clear()
      last = null
      count = 0
    }
    const text = mac(rack, origin).toString('base64url')
    textsOf(rack, origin).set(origin.key, text)
    count++
    return text
  }
}

const maxCachedKeyLength = 200
