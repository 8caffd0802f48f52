import { hash } from 'node:crypto'
import { readTime } from '@rack-gateway/time'
import type { Digest } from '../tree/hashing.ts'
import { uuidPattern } from '../uuid.ts'
import { type Note, readNote, signNote } from './signed-note.ts'
import { type PublicKey, readPublicKey, type SigningKey } from './signing-key.ts'

/**
 * - `open`: more events may follow
 * - `closed`: the stream ended with `stream.closed`
 * - `abandoned`: the process ended without closing the stream
 * - `broken`: the events in the database do not continue the signed events, so the last good tree is signed again
 */
export const streamStates = ['open', 'closed', 'abandoned', 'broken'] as const
export type StreamState = (typeof streamStates)[number]

export interface SizedStream {
  readonly stream: string
  /** The number of events. */
  readonly size: number
  readonly root: Digest
}

/** The entry of a stream in a checkpoint. */
export interface StreamHead extends SizedStream {
  readonly state: StreamState
}

/** The log continues from an older checkpoint. Events that only later checkpoints sign may be missing. */
export interface Restoration {
  /** Number of the backup's last checkpoint; 0 if it has none. */
  readonly from: number
  /** Stream and number of the event `log.restored`. */
  readonly stream: string
  readonly seq: number
}

export interface CheckpointContent {
  /** From 1, no gaps. */
  readonly number: number
  /** RFC 3339 in UTC, by the database's clock. */
  readonly at: string
  /** SHA-256 of the previous checkpoint's text; zeros for the first one. */
  readonly previous: Digest
  readonly key: PublicKey
  /** If the key changes: the previous key, which also signs the checkpoint unless it is lost. Otherwise null. */
  readonly replaces: PublicKey | null
  /** If the log was restored from a backup after the previous checkpoint. Otherwise null. */
  readonly restored: Restoration | null
  /** Sorted by stream. */
  readonly heads: readonly StreamHead[]
}

export interface Checkpoint extends CheckpointContent {
  readonly note: Note
  /** The stored note. */
  readonly written: string
  /** SHA-256 of the note's text, without its signatures. */
  readonly hash: Digest
}

/** The first line, so that the signature cannot be used for another purpose. */
const origin = 'rack-gateway/audit/checkpoint/v1'

/** The `previous` of the first checkpoint. */
export const noCheckpoint: Digest = '0'.repeat(64)

/** @param content `restored` is null by default */
export function signCheckpoint(content: UnsignedContent, keys: CheckpointKeys): string {
  const text = textOf({ restored: null, ...content, key: keys.current.publicKey, replaces: keys.replaces })
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

function textOf({ number, at, previous, key, replaces, restored, heads }: CheckpointContent): string {
  const sorted = heads.toSorted((one, other) => (one.stream < other.stream ? -1 : 1))
  return [
    origin,
    `number ${number}`,
    `at ${at}`,
    `previous ${base64Of(previous)}`,
    `key ${key.text}`,
    ...(replaces === null ? [] : [`replaces ${replaces.text}`]),
    ...(restored === null ? [] : [`restored ${restored.from} ${restored.stream} ${restored.seq}`]),
    ...sorted.map(({ stream, size, root, state }) => `stream ${stream} ${size} ${base64Of(root)} ${state}`),
    '',
  ].join('\n')
}

/** Reads a checkpoint without verifying its signatures. @returns null for text that is not a canonical checkpoint */
export function readCheckpoint(written: string): Checkpoint | null {
  const note = readNote(written)
  if (note === null) return null
  const [first, ...lines] = note.text.slice(0, -1).split('\n')
  if (first !== origin) return null
  const take = (word: string) => (lines[0]?.startsWith(`${word} `) ? lines.shift()?.slice(word.length + 1) : undefined)
  const [number, at, previous, key, replaces, restored] = [
    'number',
    'at',
    'previous',
    'key',
    'replaces',
    'restored',
  ].map(take)
  const signer = readPublicKey(key ?? '')
  const replaced = replaces === undefined ? null : readPublicKey(replaces)
  if (signer === null || (replaces !== undefined && replaced === null)) return null
  const heads = lines.map(readHead)
  if (!heads.every((head) => head !== null)) return null
  const content = {
    number: Number(number),
    at: at ?? '',
    previous: hexOf(previous ?? ''),
    key: signer,
    replaces: replaced,
    restored: restored === undefined ? null : readRestoration(restored),
    heads,
  }
  const isValid = Number.isSafeInteger(content.number) && content.number > 0 && isInstant(content.at)
  if (content.restored !== null && content.restored.from >= content.number) return null
  if (!isValid || textOf(content) !== note.text || hasDuplicate(heads)) return null
  return { ...content, note, written, hash: hash('sha256', note.text) }
}

/** Whether the text is a time with three decimals, as in checkpoints. */
function isInstant(text: string): boolean {
  return text.length === '2027-01-31T12:00:00.000Z'.length && readTime(text) !== null
}

const restoration = new RegExp(`^(\\d{1,15}) (${uuidPattern}) (\\d{1,15})$`)

/** @returns null for other text. Then the checkpoint is not canonical */
function readRestoration(text: string): Restoration | null {
  const [, from, stream, seq] = restoration.exec(text) ?? []
  return stream === undefined ? null : { from: Number(from), stream, seq: Number(seq) }
}

const headLine = new RegExp(`^stream (${uuidPattern}) (\\d{1,15}) ([A-Za-z0-9+/]{43}=) ([a-z]+)$`)

function readHead(line: string): StreamHead | null {
  const [, stream, size, root, word] = headLine.exec(line) ?? []
  const state = streamStates.find((one) => one === word)
  if (stream === undefined || root === undefined || state === undefined) return null
  return { stream, size: Number(size), root: hexOf(root), state }
}

function hasDuplicate(heads: readonly StreamHead[]): boolean {
  return new Set(heads.map(({ stream }) => stream)).size !== heads.length
}

function base64Of(digest: Digest): string {
  return Buffer.from(digest, 'hex').toString('base64')
}

function hexOf(base64: string): Digest {
  return Buffer.from(base64, 'base64').toString('hex')
}
