import { setTimeout as sleep } from 'node:timers/promises'
import type { ObjectStore } from '@rack-gateway/object-store'
import { type DeriveKeys, type FollowEnd, followRecording } from '@rack-gateway/recordings'
import { formatEvent } from '@rack-gateway/recordings/asciicast'
import type { RecordingIndex } from './recording-index.ts'

export interface FollowingOptions {
  readonly from: 'start' | 'now'
  /** Aborted with a message for the client. */
  readonly signal: AbortSignal
  /** Called each time the client has read everything. */
  readonly onRead: () => void
}

interface FollowedRecording extends FollowingOptions, Pick<RecordingIndex, 'find'> {
  readonly store: ObjectStore
  readonly deriveKeys: DeriveKeys
  readonly id: string
  readonly follow: (id: string) => () => void
}

/** Milliseconds between two polls of the store. */
const pollInterval = 500
/** Milliseconds. Shorter than the idle timeout of proxies. A heartbeat is an empty line. */
const heartbeat = 15_000
/** Milliseconds for which the last chunks can follow after the end of a session. */
const maxUploadTime = 30_000

export async function* followedText(options: FollowedRecording): AsyncGenerator<Buffer> {
  const { id, from, signal, onRead } = options
  const release = options.follow(id)
  const following = followRecording({ ...options, wait: createWait(options) })
  let lastOutput = performance.now()
  let isFirst = true
  try {
    for (;;) {
      onRead()
      const step = await following.next()
      if (step.done) return yield endOf(step.value, signal)
      const silent = performance.now() - lastOutput > heartbeat
      if (step.value.length === 0 && !silent) continue
      lastOutput = performance.now()
      yield step.value.length === 0 ? Buffer.from('\n') : isFirst && from === 'now' ? headerOf(step.value) : step.value
      isFirst = false
    }
  } finally {
    release()
  }
}

/**
 * The returned function waits for the next poll. It resolves to `true` if no more chunks can follow: the process that
 * recorded the session ended early, or `maxUploadTime` has passed since the session ended.
 */
function createWait({ find, id, signal }: FollowedRecording): () => Promise<boolean> {
  let endedAt: number | null = null
  return async function wait() {
    await sleep(pollInterval, undefined, { signal }).catch(() => undefined)
    const found = signal.aborted ? null : await find(id)
    if (found === null || found.endedAt === null) return false
    endedAt ??= performance.now()
    return found.lost === null || performance.now() - endedAt > maxUploadTime
  }
}

function headerOf(chunk: Buffer): Buffer {
  return chunk.subarray(0, chunk.indexOf('\n') + 1)
}

function endOf(end: FollowEnd, { reason }: AbortSignal): Buffer {
  if (end !== 'aborted') return Buffer.from(formatEvent('v', end))
  const why = reason instanceof Error ? reason.message : 'the client stopped'
  return Buffer.from(formatEvent('m', `left: ${why}`) + formatEvent('v', 'open'))
}
