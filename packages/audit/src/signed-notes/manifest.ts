import { hash } from 'node:crypto'
import type { Digest } from '@rack-gateway/audit-proof'
import { type Note, readNote, streamStates, uuidPattern } from '@rack-gateway/audit-proof'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { canonical } from '../events/canonical.ts'
import { isMonth, type Month } from '../months/month.ts'
import { isSignedBy, signNote } from './signed-note.ts'
import { type PublicKey, readPublicKey, type SigningKey } from './signing-key.ts'

const HexDigest = Type.String({ pattern: '^[0-9a-f]{64}$' })
const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
const strict = { additionalProperties: false }

/** One object of an archive: lines compressed with gzip. */
export const ArchivePart = Type.Object(
  {
    name: Type.String({ pattern: '^(events|checkpoints)-[0-9]{6}\\.ndjson\\.gz$' }),
    lines: Count,
    /** Bytes of the stored object. */
    size: Count,
    sha256: HexDigest,
    /** Bytes of the lines with their line breaks. */
    contentSize: Count,
    contentSha256: HexDigest,
  },
  strict,
)
export type ArchivePart = Static<typeof ArchivePart>

const ArchivedStream = Type.Object(
  {
    stream: Type.String({ pattern: `^${uuidPattern}$` }),
    first: Type.Literal(1),
    last: Type.Integer({ minimum: 1 }),
    root: HexDigest,
    state: Type.Enum([...streamStates]),
  },
  strict,
)

export const ManifestContent = Type.Object(
  {
    month: Type.String(),
    events: Count,
    /** Digest of all events, from `createLinesDigest`. */
    digest: HexDigest,
    /** Sorted by stream. */
    streams: Type.Array(ArchivedStream),
    /** First and last checkpoint with a stream of the month; null without streams. */
    checkpoints: Type.Union([Type.Null(), Type.Object({ first: Count, last: Count }, strict)]),
    parts: Type.Object({ events: Type.Array(ArchivePart), checkpoints: Type.Array(ArchivePart) }, strict),
    key: Type.String(),
    /** Later checkpoints that introduced a new key. */
    keyChanges: Type.Array(Type.String()),
  },
  strict,
)
export type ManifestContent = Static<typeof ManifestContent>

export interface Manifest extends ManifestContent {
  /** The stored text. */
  readonly written: string
  readonly note: Note
  readonly signer: PublicKey
  /** Whether the signature matches the key. */
  readonly signed: boolean
  /** SHA-256 of the note's text, without its signature. */
  readonly hash: Digest
}

/** The first line, so that the signature cannot be used for another purpose. */
const origin = 'rack-gateway/audit/archive/v1'

/** A signed note of two lines: `origin`, and the content as canonical JSON. */
export function signManifest(content: Omit<ManifestContent, 'key'>, key: SigningKey): string {
  return signNote(`${origin}\n${canonical({ ...content, key: key.publicKey.text })}\n`, [key])
}

/** @returns null for text that is not a canonical manifest */
export function readManifest(written: string): Manifest | null {
  const note = readNote(written)
  const [first, line = '', end, ...more] = note?.text.split('\n') ?? []
  if (note === null || first !== origin || end !== '' || more.length > 0) return null
  const content = contentOf(line)
  const signer = content && readPublicKey(content.key)
  if (content === null || signer === null || canonical(content) !== line || !isMonth(content.month)) return null
  return { ...content, written, note, signer, signed: isSignedBy(note, signer), hash: hash('sha256', note.text) }
}

function contentOf(line: string): ManifestContent | null {
  try {
    const content: unknown = JSON.parse(line)
    return Value.Check(ManifestContent, content) ? content : null
  } catch {
    return null
  }
}

export function manifestKey(month: Month): string {
  return `${month}/manifest.note`
}

export function partKey(month: Month, name: string): string {
  return `${month}/${name}`
}
