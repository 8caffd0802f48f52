import { setTimeout as sleep } from 'node:timers/promises'
import type { ObjectStore } from '@rack-gateway/object-store'
import { type DeriveKeys, followRecording } from '@rack-gateway/recordings'
import type { RecordingCatalogue } from './catalogue.ts'
import { eventLine } from './event-line.ts'

export interface FollowingOptions {
  readonly from: 'start' | 'now'
  /** Aborted with the sentence for the client when it is over. */
  readonly signal: AbortSignal
  /** Called each time the client has read everything that was sent. */
  readonly onRead: () => void
}

interface Followed extends FollowingOptions, Pick<RecordingCatalogue, 'find'> {
  readonly store: ObjectStore
  readonly deriveKeys: DeriveKeys
  readonly id: string
  readonly flushNow: (id: string) => () => void
}

/** Between two looks at the store. */
const idle = 500
/** Under what proxies take for silence. An empty line is no event. */
const heartbeat = 15_000
/** Milliseconds that the last chunks of a session get to be stored, once it has ended. */
const patience = 30_000

/** The asciicast of a running session, until the consumer stops. */
export async function* followedText(options: Followed): AsyncGenerator<Buffer> {
  const { id, from, signal, onRead } = options
  const release = options.flushNow(id)
  const following = followRecording({ ...options, wait: createWait(options) })
  let said = performance.now()
  let first = true
  try {
    for (;;) {
      onRead()
      const step = await following.next()
      if (step.done) return yield endOf(step.value, signal)
      const silent = performance.now() - said > heartbeat
      if (step.value.length === 0 && !silent) continue
      said = performance.now()
      yield step.value.length === 0 ? Buffer.from('\n') : first && from === 'now' ? headerOf(step.value) : step.value
      first = false
    }
  } finally {
    release()
  }
}

/** Nothing more is to come of a session that has ended long enough ago, or whose process is gone. */
function createWait({ find, id, signal }: Followed): () => Promise<boolean> {
  let endedAt: number | null = null
  return async function wait() {
    await sleep(idle, undefined, { signal }).catch(() => undefined)
    const found = signal.aborted ? null : await find(id)
    if (found === null || found.endedAt === null) return false
    endedAt ??= performance.now()
    return found.lost === null || performance.now() - endedAt > patience
  }
}

function headerOf(chunk: Buffer): Buffer {
  return chunk.subarray(0, chunk.indexOf('\n') + 1)
}

function endOf(end: 'complete' | 'cut' | 'broken' | 'left', { reason }: AbortSignal): Buffer {
  if (end !== 'left') return eventLine('v', end)
  const why = reason instanceof Error ? reason.message : 'it was left'
  return Buffer.concat([eventLine('m', `left: ${why}`), eventLine('v', 'open')])
}
