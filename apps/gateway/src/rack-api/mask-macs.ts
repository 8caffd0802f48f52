import { createHmac } from 'node:crypto'
import type { MaskOrigin } from '@rack-gateway/convox-api'

/** 16 bytes over where a value is from, never over the value. */
export type MaskMac = (rack: string, origin: MaskOrigin) => Buffer

export function createMaskMac(key: Buffer): MaskMac {
  return (rack, { app, release, key: name }) =>
    createHmac('sha256', key)
      .update(JSON.stringify([rack, app, release, name]))
      .digest()
      .subarray(0, macBytes)
}

export const macBytes = 16

/** Macs as they stand in masks. A list of releases shows the same ones each time, so they are remembered: at most about `capacity`. */
export function createMaskTexts(mac: MaskMac, capacity = 20_000): (rack: string, origin: MaskOrigin) => string {
  const releases = new Map<string, Map<string, string>>()
  let count = 0

  function textsOf(rack: string, { app, release }: MaskOrigin): Map<string, string> {
    const place = JSON.stringify([rack, app, release])
    const known = releases.get(place)
    if (known !== undefined) return known
    const texts = new Map<string, string>()
    releases.set(place, texts)
    return texts
  }

  return function textOf(rack, origin) {
    if (origin.key.length > longestKept) return mac(rack, origin).toString('base64url')
    const known = textsOf(rack, origin).get(origin.key)
    if (known !== undefined) return known
    if (count >= capacity) {
      releases.clear()
      count = 0
    }
    const text = mac(rack, origin).toString('base64url')
    textsOf(rack, origin).set(origin.key, text)
    count++
    return text
  }
}

const longestKept = 200
