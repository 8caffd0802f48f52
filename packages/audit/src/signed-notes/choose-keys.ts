import type { CheckpointKeys } from './checkpoint.ts'
import { readPublicKey, type SigningKey } from './signing-key.ts'

export type SigningKeys = readonly [SigningKey, ...SigningKey[]]

export type KeyChoice =
  | { readonly kind: 'sign'; readonly keys: CheckpointKeys }
  /** The log's current key is newer than the available keys, so only a gateway that has the current key signs. */
  | { readonly kind: 'outdated'; readonly current: string }

/**
 * Chooses the signing key of the next checkpoint.
 *
 * @param available the keys of this process, newest first
 * @param current key of the last checkpoint, or null for the first one
 * @param usedKeys all keys that the log has used
 */
export function chooseKeys(available: SigningKeys, current: string | null, usedKeys: ReadonlySet<string>): KeyChoice {
  const [newest] = available
  const sign = (key: SigningKey): KeyChoice => ({
    kind: 'sign',
    keys: { current: key, replaces: null, previous: null },
  })
  if (current === null || newest.publicKey.text === current) return sign(newest)
  const previous = available.find(({ publicKey }) => publicKey.text === current) ?? null
  if (usedKeys.has(newest.publicKey.text)) return previous === null ? { kind: 'outdated', current } : sign(previous)
  // Without the previous key, the change of keys is unsigned, and every verification reports the change.
  return { kind: 'sign', keys: { current: newest, replaces: readPublicKey(current), previous } }
}
