import { type Note, signaturesOf } from '@rack-gateway/audit-proof'
import type { PublicKey, SigningKey } from './signing-key.ts'

/** @param text lines without control characters, each with a line break @see https://c2sp.org/signed-note */
export function signNote(text: string, keys: readonly SigningKey[]): string {
  const lines = keys.map((key) => {
    const { name, id } = key.publicKey
    return `— ${name} ${Buffer.concat([Buffer.from(id, 'hex'), key.sign(text)]).toString('base64')}\n`
  })
  return `${text}\n${lines.join('')}`
}

/** Whether the note has a signature with the name and ID of the key, and all such signatures are valid. */
export function isSignedBy(note: Note, key: PublicKey): boolean {
  return signaturesOf(note, key)?.every((signature) => key.verify(note.text, signature)) ?? false
}
