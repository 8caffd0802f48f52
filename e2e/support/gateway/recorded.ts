import { hkdfSync } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ObjectStore, openObjectStore, readObjectStoreAddress } from '@rack-gateway/object-store'
import { type DeriveKeys, type ProvenRecording, type RecordingCheck, readRecording } from '@rack-gateway/recordings'

export type CastEvent = readonly [number, string, string]

/** A recording as its store has it, opened with the gateway's key by a caller who may. */
export interface StoredCast {
  readonly header: Record<string, unknown>
  readonly events: readonly CastEvent[]
  readonly check: RecordingCheck
  /** Byte for byte. */
  readonly output: Buffer
  readonly input: Buffer
}

export interface RecordingDirectory {
  readonly path: string
  readonly store: ObjectStore
  remove(): Promise<void>
}

export async function recordingDirectory(): Promise<RecordingDirectory> {
  const path = await mkdtemp(join(tmpdir(), 'recorded-'))
  const store = await openObjectStore(readObjectStoreAddress(path))
  return { path, store, remove: () => rm(path, { recursive: true }) }
}

/** As documented: HKDF-SHA-256 of APP_SECRET_KEY. */
export function keysOf(secretKey: string): DeriveKeys {
  return (purpose) => [Buffer.from(hkdfSync('sha256', secretKey, 'rack-gateway', purpose, 32))]
}

export async function storedCast(
  { store, secretKey }: { readonly store: ObjectStore; readonly secretKey: string },
  id: string,
  proven: ProvenRecording | null = null,
): Promise<StoredCast> {
  const parts: Buffer[] = []
  const reading = readRecording({ store, deriveKeys: keysOf(secretKey), id, proven })
  let step = await reading.next()
  for (; !step.done; step = await reading.next()) parts.push(step.value)
  return { ...castOf(Buffer.concat(parts).toString('utf8')), check: step.value }
}

export function castOf(text: string): Omit<StoredCast, 'check'> {
  const [header = '{}', ...lines] = text.split('\n').filter((line) => line !== '')
  const events = lines.map((line): CastEvent => JSON.parse(line))
  return { header: JSON.parse(header), events, output: bytesOf(events, 'o'), input: bytesOf(events, 'i') }
}

function bytesOf(events: readonly CastEvent[], code: 'o' | 'i'): Buffer {
  return Buffer.concat(
    events.flatMap(([, kind, data], index) => {
      if (kind !== code) return []
      const [, after, exact] = events[index + 1] ?? []
      return [after === 'b' ? Buffer.from(exact ?? '', 'base64') : Buffer.from(data)]
    }),
  )
}
