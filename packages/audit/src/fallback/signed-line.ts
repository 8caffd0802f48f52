import { createHmac, timingSafeEqual } from 'node:crypto'
import { uuidPattern } from '@rack-gateway/audit-proof'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import type { RecordedEvent } from '../events/recorded-event.ts'
import type { NewStream } from '../log/audit-store.ts'

/** Newest first. The newest key signs, and all keys verify. */
export type FallbackKeys = readonly [Buffer, ...Buffer[]]

/** The first line of a file: the stream, and where its events start. */
export interface FileHeader extends Omit<NewStream, 'lease'> {
  /** Number of the first event in the file. */
  readonly seq: number
  /** Hash of the previous event, in hex. */
  readonly prev: string
}

const Header = Type.Object({
  v: Type.Literal(1),
  stream: Type.String({ pattern: `^${uuidPattern}$` }),
  month: Type.Integer(),
  host: Type.String(),
  pid: Type.Integer(),
  follows: Type.Optional(Type.String()),
  seq: Type.Integer({ minimum: 1 }),
  prev: Type.String({ pattern: '^[0-9a-f]{64}$' }),
})

export function headerLine({ id, month, host, pid, follows, seq, prev }: FileHeader, keys: FallbackKeys): string {
  const text = JSON.stringify({ v: 1, stream: id, month, host, pid, follows, seq, prev })
  return `${mac(keys[0], 'header', text)} ${text}\n`
}

/** @returns null for a line that none of the keys signed, or that is not a header */
export function readHeader(line: string, keys: FallbackKeys): FileHeader | null {
  const [signature, text] = split(line)
  if (!isSigned(signature, 'header', text, keys)) return null
  const header: unknown = JSON.parse(text)
  if (!Value.Check(Header, header)) return null
  const { stream: id, month, host, pid, follows, seq, prev } = header
  return { id, month, host, pid, seq, prev, ...(follows === undefined ? {} : { follows }) }
}

/** The hash covers this event and all previous ones, so signing the hash is enough. */
export function eventLine({ hash, canonical }: RecordedEvent, keys: FallbackKeys): string {
  const text = hash.toString('hex')
  return `${mac(keys[0], 'event', text)} ${text} ${canonical}\n`
}

/** @returns null if none of the keys signed the line. Does not compare the hash with the event. */
export function readEventLine(line: string, keys: FallbackKeys): { hash: string; canonical: string } | null {
  const [signature, rest] = split(line)
  const [hash, canonical] = split(rest)
  return isSigned(signature, 'event', hash, keys) ? { hash, canonical } : null
}

function split(text: string): [string, string] {
  const at = text.indexOf(' ')
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

function mac(key: Buffer, purpose: 'header' | 'event', text: string): string {
  return createHmac('sha256', key).update(`${purpose}:${text}`).digest('hex')
}

function isSigned(signature: string, purpose: 'header' | 'event', text: string, keys: FallbackKeys): boolean {
  const actual = Buffer.from(signature)
  return keys.some((key) => {
    const expected = Buffer.from(mac(key, purpose, text))
    return actual.length === expected.length && timingSafeEqual(actual, expected)
  })
}
