import type { PublicKey, SigningKey } from './signing-key.ts'

/**
 * A text and who signed it: the text, an empty line, and a line for each signature, `— <key name> <base64 of key id ‖ signature>`.
 *
 * @see https://c2sp.org/signed-note
 */
export interface Note {
  /** With the line's end that closes it; what is signed. */
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

export interface NoteSignature {
  readonly name: string
  /** In hex. */
  readonly id: string
  readonly signature: Buffer
}

const mostSignatures = 16

/** @param text lines, the last one ended too, without control characters */
export function signNote(text: string, keys: readonly SigningKey[]): string {
  const lines = keys.map((key) => {
    const { name, id } = key.publicKey
    return `— ${name} ${Buffer.concat([Buffer.from(id, 'hex'), key.sign(text)]).toString('base64')}\n`
  })
  return `${text}\n${lines.join('')}`
}

/** The parts of a note; null for what isn't one. Nothing is verified yet. */
export function readNote(note: string): Note | null {
  const end = note.lastIndexOf('\n\n')
  if (end < 1 || !note.endsWith('\n') || hasControls(note)) return null
  const lines = note.slice(end + 2, -1).split('\n')
  if (lines.length > mostSignatures) return null
  const signatures: NoteSignature[] = []
  for (const line of lines) {
    const [, name, encoded = ''] = /^— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/u.exec(line) ?? []
    const bytes = Buffer.from(encoded, 'base64')
    if (name === undefined || bytes.length < 5 || bytes.toString('base64') !== encoded) return null
    signatures.push({ name, id: bytes.toString('hex', 0, 4), signature: bytes.subarray(4) })
  }
  return { text: note.slice(0, end + 1), signatures }
}

/** Whether the key has signed the note: one signature of its name and id, and no false one. */
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
