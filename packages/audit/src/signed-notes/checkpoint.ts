import { hash } from 'node:crypto'
import {
  type CheckpointContent,
  checkpointText,
  type Digest,
  type Note,
  parseCheckpoint,
} from '@rack-gateway/audit-proof'
import { signNote } from './signed-note.ts'
import { type PublicKey, readPublicKey, type SigningKey } from './signing-key.ts'

export interface Checkpoint extends CheckpointContent<PublicKey> {
  readonly note: Note
  /** The stored note. */
  readonly written: string
  /** SHA-256 of the note's text, without its signatures. */
  readonly hash: Digest
}

/** The `previous` of the first checkpoint. */
export const noCheckpoint: Digest = '0'.repeat(64)

/** @param content `restored` is null by default */
export function signCheckpoint(content: UnsignedContent, keys: CheckpointKeys): string {
  const text = checkpointText({ restored: null, ...content, key: keys.current.publicKey, replaces: keys.replaces })
  return signNote(text, keys.previous === null ? [keys.current] : [keys.current, keys.previous])
}

type UnsignedContent = Omit<CheckpointContent, 'key' | 'replaces' | 'restored'> &
  Partial<Pick<CheckpointContent, 'restored'>>

/**
 * The keys that sign a checkpoint. If the key changes, `replaces` is the previous public key, and `previous` is the
 * previous signing key, or null if it is lost. If the key does not change, both are null.
 */
export interface CheckpointKeys {
  readonly current: SigningKey
  readonly replaces: PublicKey | null
  readonly previous: SigningKey | null
}

/** Reads a checkpoint without verifying its signatures. @returns null for text that is not a canonical checkpoint */
export function readCheckpoint(written: string): Checkpoint | null {
  const parsed = parseCheckpoint(written)
  const key = parsed && readPublicKey(parsed.key.text)
  const replaces = parsed?.replaces ? readPublicKey(parsed.replaces.text) : null
  if (parsed === null || key === null || (parsed.replaces !== null && replaces === null)) return null
  return { ...parsed, key, replaces, hash: hash('sha256', parsed.note.text) }
}
