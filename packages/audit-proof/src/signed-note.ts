import { type Bytes, bytesOfBase64, hexOf, utf8 } from './bytes.ts'
import type { ProofCrypto } from './proof-crypto.ts'
import type { VerifierKey } from './verifier-key.ts'

/**
 * A signed text: the text, an empty line, and a line per signature, `— <key name> <base64 of key id ‖ signature>`.
 *
 * @see https://c2sp.org/signed-note
 */
export interface Note {
  /** The signed text, with its last line break. */
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

export interface NoteSignature {
  readonly name: string
  /** In hex. */
  readonly id: string
  readonly signature: Bytes
}

const maxSignatures = 16

/** Parses a note without verifying it. @returns null for other text */
export function readNote(note: string): Note | null {
  const end = note.lastIndexOf('\n\n')
  if (end < 1 || !note.endsWith('\n') || hasControls(note) || !note.isWellFormed()) return null
  const lines = note.slice(end + 2, -1).split('\n')
  if (lines.length > maxSignatures) return null
  const signatures: NoteSignature[] = []
  for (const line of lines) {
    const [, name, encoded = ''] = /^— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/u.exec(line) ?? []
    const bytes = bytesOfBase64(encoded)
    if (name === undefined || bytes === null || bytes.length < 5) return null
    signatures.push({ name, id: hexOf(bytes.slice(0, 4)), signature: bytes.slice(4) })
  }
  return { text: note.slice(0, end + 1), signatures }
}

function hasControls(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code < 0x20 && code !== 0x0a) return true
  }
  return false
}

/** The signatures with the name and ID of a key. All must be valid. @returns null if none is there, or one is no Ed25519 signature */
export function signaturesOf({ signatures }: Note, key: Pick<VerifierKey, 'name' | 'id'>): readonly Bytes[] | null {
  const own = signatures.filter(({ name, id }) => name === key.name && id === key.id).map(({ signature }) => signature)
  return own.length > 0 && own.every(({ length }) => length === 64) ? own : null
}

/** Whether the note has a signature with the name and ID of the key, and all such signatures are valid. */
export async function isSignedBy(note: Note, key: VerifierKey, { verifyEd25519 }: ProofCrypto): Promise<boolean> {
  const signatures = signaturesOf(note, key)
  if (signatures === null) return false
  const message = utf8(note.text)
  for (const signature of signatures) if (!(await verifyEd25519(key.bytes, message, signature))) return false
  return true
}
