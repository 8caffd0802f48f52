import { type Bytes, bytesOfBase64, hexOf, sha256, utf8 } from './bytes.ts'

/** A signed text. @see https://c2sp.org/signed-note */
export interface Note {
  /** The signed text, with its last line break. */
  readonly text: string
  readonly signatures: readonly { readonly name: string; readonly id: string; readonly signature: Bytes }[]
}

/** A public key in its text form, `<name>+<id>+<base64 of 0x01 ‖ key>`. */
export interface NoteKey {
  readonly name: string
  readonly id: string
  readonly text: string
  /** 32 bytes, Ed25519. */
  readonly bytes: Bytes
}

/** Parses a note without verifying it. @returns null for other text */
export function readNote(noteText: string): Note | null {
  const end = noteText.lastIndexOf('\n\n')
  if (end < 1 || !noteText.endsWith('\n')) return null
  const signatures: Note['signatures'][number][] = []
  for (const line of noteText.slice(end + 2, -1).split('\n')) {
    const [, name, encoded = ''] = /^— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/u.exec(line) ?? []
    const bytes = bytesOfBase64(encoded)
    if (name === undefined || bytes === null || bytes.length < 5) return null
    signatures.push({ name, id: hexOf(bytes.slice(0, 4)), signature: bytes.slice(4) })
  }
  return { text: noteText.slice(0, end + 1), signatures }
}

/** @returns null for other text, or an ID that does not belong to the key */
export async function readNoteKey(text: string): Promise<NoteKey | null> {
  const [, name = '', id = '', encoded = ''] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/u.exec(text) ?? []
  const bytes = bytesOfBase64(encoded)
  if (bytes === null || bytes.length !== 33 || bytes[0] !== 1) return null
  const digest = await sha256(utf8(`${name}\n`), bytes)
  return hexOf(digest.slice(0, 4)) === id ? { name, id, text, bytes: bytes.slice(1) } : null
}

/** Whether at least one signature has the name and ID of the key, and each such signature is valid. */
export async function isSignedBy({ text, signatures }: Note, key: NoteKey): Promise<boolean> {
  const keySignatures = signatures.filter(({ name, id }) => name === key.name && id === key.id)
  if (keySignatures.length === 0) return false
  const imported = await crypto.subtle.importKey('raw', key.bytes, 'Ed25519', false, ['verify'])
  const results = await Promise.all(
    keySignatures.map(({ signature }) => crypto.subtle.verify('Ed25519', imported, signature, utf8(text))),
  )
  return results.every(Boolean)
}

/** The rest of each line that begins with `word`. A checkpoint has lines such as `number 42`. */
export function lineValues({ text }: Note, word: string): string[] {
  return text.split('\n').flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length + 1)] : []))
}
