import { readVerifierKey, webCrypto } from '@rack-gateway/audit-proof'
import { createStore } from '../../../create-store.ts'

/** The signing key that a person trusts. The browser keeps it for this gateway, because each has an address of its own. */
export interface KeyPin {
  /** Text form of the key. */
  readonly key: string
  /** RFC 3339. */
  readonly pinnedAt: string
  /** `entered`: the person typed or pasted it. `gateway`: the person accepted the key that the gateway sent. */
  readonly from: 'entered' | 'gateway'
}

/** `unreadable`: something is stored, but is no pin. It must not count as no pin, which would accept every key. */
export type StoredPin = KeyPin | 'unreadable' | null

const storageKey = 'audit-key-pin'

/** Parses a key that a person typed or pasted. @returns null for text that is not a public key, or not all of it */
export async function readTypedKey(text: string): Promise<string | null> {
  const unquoted = text.trim().replace(/^(['"])(.*)\1$/s, '$2')
  return (await readVerifierKey(unquoted, webCrypto))?.text ?? null
}

export function parsePin(stored: string | null): StoredPin {
  if (stored === null) return null
  try {
    const { key, pinnedAt, from }: Record<string, unknown> = JSON.parse(stored)
    const isPin = typeof key === 'string' && key !== '' && typeof pinnedAt === 'string'
    if (isPin && (from === 'entered' || from === 'gateway')) return { key, pinnedAt, from }
  } catch {
    // Not JSON, or JSON of another type.
  }
  return 'unreadable'
}

function storedPin(): StoredPin {
  try {
    return parsePin(localStorage.getItem(storageKey))
  } catch {
    // A browser that forbids storage has no pin.
    return null
  }
}

const pin = createStore<StoredPin>(storedPin())

/** Other tabs also change the pin. */
globalThis.addEventListener?.('storage', ({ key }) => {
  if (key === storageKey || key === null) pin.set(storedPin())
})

export function useKeyPin(): StoredPin {
  return pin.use()
}

/** @throws Error if the browser does not store it */
export function pinKey(key: string, from: KeyPin['from']): KeyPin {
  const pinned: KeyPin = { key, pinnedAt: new Date().toISOString(), from }
  try {
    localStorage.setItem(storageKey, JSON.stringify(pinned))
  } catch {
    throw new Error(
      'This browser does not store data for this page, so it cannot keep the key. Allow storage for this address, or pass the key to rack-gateway audit verify-proof --key.',
    )
  }
  pin.set(pinned)
  return pinned
}

export function removePin(): void {
  try {
    localStorage.removeItem(storageKey)
  } catch {
    // Nothing is stored in a browser that forbids storage.
  }
  pin.set(null)
}
