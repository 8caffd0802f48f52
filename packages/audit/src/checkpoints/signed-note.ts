import type { PublicKey, SigningKey } from './signing-key.ts'

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
  readonly signature: Buffer
}

const maxSignatures = 16

/** @param text lines without control characters, each with a line break */
export function signNote(text: string, keys: readonly SigningKey[]): string {
  const lines = keys.map((key) => {
    const { name, id } = key.publicKey
    return `— ${name} ${Buffer.concat([Buffer.from(id, 'hex'), key.sign(text)]).toString('base64')}\n`
  })
  return `${text}\n${lines.join('')}`
}

/** Parses a note without verifying it. @returns null for other text */
export function readNote(note: string): Note | null {
  const end = note.lastIndexOf('\n\n')
  if (end < 1 || !note.endsWith('\n') || hasControls(note)) return null
  const lines = note.slice(end + 2, -1).split('\n')
  if (lines.length > maxSignatures) return null
  const signatures: NoteSignature[] = []
  for (const line of lines) {
    const [, name, encoded = ''] = /^— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/u.exec(line) ?? []
    const bytes = Buffer.from(encoded, 'base64')
    if (name === undefined || bytes.length < 5 || bytes.toString('base64') !== encoded) return null
    signatures.push({ name, id: bytes.toString('hex', 0, 4), signature: bytes.subarray(4) })
  }
  return { text: note.slice(0, end + 1), signatures }
}

/** Whether the note has a signature with the name and ID of the key, and all such signatures are valid. */
export function isSignedBy({ text, signatures }: Note, key: PublicKey): boolean {
  const own = signatures.filter(({ name, id }) => name === key.name && id === key.id)
  return own.length > 0 && own.every(({ signature }) => key.verify(text, signature))
}

function hasControls(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code < 0x20 && code !== 0x0a) return true
  }
  return false
}
