import { readVerifierKey, webCrypto } from '@rack-gateway/audit-proof'
import { useMemo } from 'react'
import { useMe } from '../../../api/queries.ts'
import { createUserStorage } from '../../../store/user-storage.ts'

/** The signing key that a person trusts. The browser stores one for each person and each address of a gateway. */
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

const storage = createUserStorage('audit-key-pin')

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

/** The pin as it is stored now. @param user ID of the user who is logged in */
export function readPin(user: string): StoredPin {
  return parsePin(storage.read(user))
}

interface OwnPin {
  /** ID of the user who is logged in. */
  readonly user: string
  readonly pin: StoredPin
}

export function useKeyPin(): OwnPin {
  const { id: user } = useMe()
  const stored = storage.useText(user)
  return useMemo(() => ({ user, pin: parsePin(stored) }), [user, stored])
}

/** @throws Error if the browser does not store it */
export function pinKey(user: string, key: string, from: KeyPin['from']): void {
  const pinned: KeyPin = { key, pinnedAt: new Date().toISOString(), from }
  if (!storage.write(user, JSON.stringify(pinned)))
    throw new Error(
      'This browser does not store data for this page, so it cannot keep the key. Allow storage for this address, or pass the key to rack-gateway audit verify-proof --key.',
    )
}

export function removePin(user: string): void {
  storage.remove(user)
}

export function isSamePin(one: StoredPin, other: StoredPin): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
