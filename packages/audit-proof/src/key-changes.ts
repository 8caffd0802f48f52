import { type ParsedCheckpoint, readCheckpoint } from './checkpoint.ts'
import type { ProofCrypto } from './proof-crypto.ts'
import { isSignedBy } from './signed-note.ts'

/** How a trusted key is connected with the key of a checkpoint. */
export interface KeyConnection {
  /** Whether the trusted key signed the checkpoint, or is an older or a newer key of the same log. */
  readonly trustedIs: 'the-signer' | 'older' | 'newer'
  /** Numbers of the checkpoints in which one key vouched for the next, in the order of the log. */
  readonly changes: readonly number[]
}

/**
 * Finds the signed key changes that connect a trusted key with the key of a checkpoint. Both the previous and the new
 * key sign a change. A newer key vouches for the keys before it, and an older key for the keys after it. Each key
 * counts only between its changes: a key that was replaced cannot vouch for a later checkpoint.
 *
 * @param trusted the text form of the key
 * @param keyChanges the notes that introduced new keys
 * @returns null if no such changes connect the keys
 */
export async function connectKeys(
  { key, number }: Pick<ParsedCheckpoint, 'key' | 'number'>,
  trusted: string,
  keyChanges: readonly string[],
  crypto: ProofCrypto,
): Promise<KeyConnection | null> {
  if (key.text === trusted) return { trustedIs: 'the-signer', changes: [] }
  const changes = (await signedChanges(keyChanges, crypto)).toSorted((one, other) => one.number - other.number)
  const after = follow(
    key.text,
    trusted,
    changes.filter((change) => change.number > number),
  )
  if (after !== null) return { trustedIs: 'newer', changes: after }
  const before = follow(
    trusted,
    key.text,
    changes.filter((change) => change.number <= number),
  )
  return before && { trustedIs: 'older', changes: before }
}

/** Follows changes, sorted by number, from one key to a later one. */
function follow(from: string, to: string, changes: readonly ParsedCheckpoint[]): number[] | null {
  let current = from
  const numbers: number[] = []
  for (const { key, replaces, number } of changes) {
    if (replaces?.text !== current) continue
    current = key.text
    numbers.push(number)
    if (current === to) return numbers
  }
  return null
}

async function signedChanges(notes: readonly string[], crypto: ProofCrypto): Promise<ParsedCheckpoint[]> {
  const changes: ParsedCheckpoint[] = []
  for (const note of notes) {
    const change = await readCheckpoint(note, crypto)
    if (change === null || change.replaces === null) continue
    if ((await isSignedBy(change.note, change.key, crypto)) && (await isSignedBy(change.note, change.replaces, crypto)))
      changes.push(change)
  }
  return changes
}
