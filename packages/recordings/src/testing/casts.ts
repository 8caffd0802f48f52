import { hkdfSync } from 'node:crypto'
import type { ObjectStore } from '@rack-gateway/object-store'
import type { DeriveKeys } from '../chunk.ts'
import { type ProvenRecording, type RecordingVerdict, readRecording } from '../reader.ts'

/** Keys of secrets, newest first. */
export function keysOf(...secrets: readonly string[]): DeriveKeys {
  return (purpose) => secrets.map((secret) => Buffer.from(hkdfSync('sha256', secret, 'test', purpose, 32)))
}

export type CastEvent = readonly [number, string, string]

export interface ReadCast {
  readonly text: string
  readonly header: Record<string, unknown>
  readonly events: readonly CastEvent[]
  readonly verdict: RecordingVerdict
  /** What came out, byte for byte. */
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
    verdict: step.value,
    output: bytesOf(events, 'o'),
    input: bytesOf(events, 'i'),
  }
}

/** The exact bytes of a direction: where they weren't UTF-8, the event after says them. */
export function bytesOf(events: readonly CastEvent[], code: 'o' | 'i'): Buffer {
  return Buffer.concat(
    events.flatMap(([, kind, data], index) => {
      if (kind !== code) return []
      const [, after, exact] = events[index + 1] ?? []
      return [after === 'b' ? Buffer.from(exact ?? '', 'base64') : Buffer.from(data)]
    }),
  )
}
