import { itemsProblem, splitAtCommas } from '../values/comma-lists.ts'

const digestBytes = 32

/** The pins as `sha256/<base64>`. Skips invalid pins, which `pinsProblem` reports. */
export function splitPins(value: string): string[] {
  return splitAtCommas(value).flatMap((part) => canonicalPin(part) ?? [])
}

export function pinsProblem(value: string): string | null {
  const pins = splitAtCommas(value).map(canonicalPin)
  return itemsProblem(pins, 'pin', (pin) => (pin === null ? 'not the SHA-256 of a key' : null))
}

/** Accepts `sha256/<base64>`, and hex with or without colons. Null for any other text. */
function canonicalPin(part: string): string | null {
  if (part.startsWith('sha256/')) {
    const digest = Buffer.from(part.slice('sha256/'.length), 'base64')
    return digest.length === digestBytes && formatPin(digest) === part ? part : null
  }
  if (!/^([0-9a-f]{64}|[0-9a-f]{2}(:[0-9a-f]{2}){31})$/i.test(part)) return null
  return formatPin(Buffer.from(part.replaceAll(':', ''), 'hex'))
}

function formatPin(digest: Buffer): string {
  return `sha256/${digest.toString('base64')}`
}
