import { hkdfSync } from 'node:crypto'
import type { ObjectStore } from '@rack-gateway/object-store'
import type { DeriveKeys } from '../chunk.ts'
import { type ProvenRecording, type RecordingCheck, readRecording } from '../read-recording.ts'

/** Key derivation for tests, with the newest secret first. */
export function keysOf(...secrets: readonly string[]): DeriveKeys {
  return (purpose) => secrets.map((secret) => Buffer.from(hkdfSync('sha256', secret, 'test', purpose, 32)))
}

export type CastEvent = readonly [number, string, string]

export interface ReadCast {
  readonly text: string
  readonly header: Record<string, unknown>
  readonly events: readonly CastEvent[]
  readonly check: RecordingCheck
  readonly output: Buffer
  readonly input: Buffer
}

export async function readCast(
  store: ObjectStore,
  id: string,
  { deriveKeys = keysOf('k'), proven = null }: { deriveKeys?: DeriveKeys; proven?: ProvenRecording | null } = {},
): Promise<ReadCast> {
  const parts: Buffer[] = []
  const reading = readRecording({ store, deriveKeys, id, proven })
  let step = await reading.next()
  for (; !step.done; step = await reading.next()) parts.push(step.value)
  const text = Buffer.concat(parts).toString('utf8')
  const [header = '{}', ...lines] = text.split('\n').filter((line) => line !== '')
  const events = lines.map((line): CastEvent => JSON.parse(line))
  return {
    text,
    header: JSON.parse(header),
    events,
    check: step.value,
    output: bytesOf(events, 'o'),
    input: bytesOf(events, 'i'),
  }
}

/** The exact bytes of one direction. The bytes of an event with invalid UTF-8 are in the next event. */
export function bytesOf(events: readonly CastEvent[], code: 'o' | 'i'): Buffer {
  return Buffer.concat(
    events.flatMap(([, kind, data], index) => {
      if (kind !== code) return []
      const [, after, exact] = events[index + 1] ?? []
      return [after === 'b' ? Buffer.from(exact ?? '', 'base64') : Buffer.from(data)]
    }),
  )
}
