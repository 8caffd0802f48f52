const digestBytes = 32

/** The pins as `sha256/<base64>`. Skips invalid pins, which `pinsProblem` reports. */
export function splitPins(value: string): string[] {
  return parts(value).flatMap((part) => canonicalPin(part) ?? [])
}

export function pinsProblem(value: string): string | null {
  const pins = parts(value).map(canonicalPin)
  for (const [index, pin] of pins.entries()) {
    const subject = pins.length === 1 ? 'is' : `has a pin (number ${index + 1}) that is`
    if (pin === null) return `${subject} not the SHA-256 of a key`
    if (pins.indexOf(pin) !== index) return `${subject} the same as number ${pins.indexOf(pin) + 1}`
  }
  return null
}

function parts(value: string): string[] {
  return value.split(',').map((part) => part.trim())
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
