import type { CheckpointKeys } from './checkpoint.ts'
import { readPublicKey, type SigningKey } from './signing-key.ts'

export type SigningKeys = readonly [SigningKey, ...SigningKey[]]

export type KeyChoice =
  | { readonly kind: 'sign'; readonly keys: CheckpointKeys }
  /** The log goes on with a key that isn't here, and ours is older: a gateway that has the newer one signs. */
  | { readonly kind: 'outdated'; readonly current: string }

/**
 * Who signs the next checkpoint.
 *
 * @param available ours, newest first
 * @param current the key of the last checkpoint, or null for the first one
 * @param known all keys that the log has had
 */
export function chooseKeys(available: SigningKeys, current: string | null, known: ReadonlySet<string>): KeyChoice {
  const [newest] = available
  const sign = (key: SigningKey): KeyChoice => ({ kind: 'sign', keys: { current: key, replaces: null, before: null } })
  if (current === null || newest.publicKey.text === current) return sign(newest)
  const before = available.find(({ publicKey }) => publicKey.text === current) ?? null
  if (known.has(newest.publicKey.text)) return before === null ? { kind: 'outdated', current } : sign(before)
  // Without the key before, the change isn't signed by it: every verification will say so until somebody vouches for the new one.
  return { kind: 'sign', keys: { current: newest, replaces: readPublicKey(current), before } }
}
