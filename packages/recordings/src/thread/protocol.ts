import type { CastHeader } from '../cast.ts'
import type { RecordingLimits } from '../limits.ts'
import type { RecordingGap, RecordingMode, RecordingSummary } from '../recording.ts'

export const entryKinds = { output: 0, input: 1, rackEnd: 2, finish: 3 } as const
/** A bit in the kind of an entry: the message ends with this entry. */
export const messageEnds = 0x100

export function hasSessionBytes(kind: number): boolean {
  const plain = kind & ~messageEnds
  return plain === entryKinds.output || plain === entryKinds.input
}

/** The memory and the settings that both threads share. */
export interface ThreadLink {
  readonly ring: SharedArrayBuffer
  /** See `shared-stats.ts`. */
  readonly stats: SharedArrayBuffer
  readonly limits: Partial<RecordingLimits>
  /** The value of `monotonicNow` at which the main thread's `performance.now` was 0. */
  readonly clockOrigin: number
}

/** A monotonic clock that all threads of a process share, in milliseconds. */
export function monotonicNow(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1_000 + nanoseconds / 1_000_000
}

/** Bytes as Latin-1 text. Posting a Buffer would copy all of its underlying memory. */
export interface SerializedNeedle {
  readonly text: string
  readonly mark: string
}

/** Signals that must stay in order with the session bytes are entries of the ring instead. */
export type ToThread =
  | {
      readonly kind: 'begin'
      readonly session: number
      readonly id: string
      readonly header: CastHeader
      readonly mode: RecordingMode
      /** The number of a finder from `add-finder`; null without secrets. */
      readonly finder: number | null
    }
  | { readonly kind: 'add-finder'; readonly finder: number; readonly needles: readonly SerializedNeedle[] }
  | { readonly kind: 'remove-finder'; readonly finder: number }
  /** `wake`: the ring has entries. `ping`: asks for `pong`. */
  | { readonly kind: 'wake' | 'ping' }
  | { readonly kind: 'follow' | 'unfollow'; readonly id: string; readonly follower: number }
  | { readonly kind: 'close' }

export interface SerializedError {
  readonly message: string
  readonly stack?: string | undefined
  readonly code?: string | undefined
}

export type RecordingMessage =
  /** Pauses or resumes the session, because its chunks wait for the store. */
  | { readonly kind: 'pause' | 'resume'; readonly session: number }
  /** A strict session can no longer be recorded, so it must end. */
  | { readonly kind: 'failure'; readonly session: number; readonly reason: string }
  | { readonly kind: 'gap'; readonly session: number; readonly gap: RecordingGap }
  | { readonly kind: 'finished'; readonly session: number; readonly summary: RecordingSummary }
  /** `stored`: all chunks of a finished recording are stored. `lost`: an error of the thread ended the recording. */
  | { readonly kind: 'stored' | 'lost'; readonly session: number }

export type FromThread =
  | RecordingMessage
  /** The answer to `begin`. */
  | { readonly kind: 'begun' | 'refused'; readonly session: number }
  | { readonly kind: 'error'; readonly recording: string; readonly error: SerializedError }
  /** `room`: the ring has the space that the main thread requested. `pong`: the answer to `ping`. */
  | { readonly kind: 'room' | 'pong' }

export function serializeError(error: unknown): SerializedError {
  if (!(error instanceof Error)) return { message: String(error) }
  const { message, stack } = error
  return { message, stack, ...('code' in error && typeof error.code === 'string' && { code: error.code }) }
}

export function deserializeError({ message, stack, code }: SerializedError): Error {
  return Object.assign(new Error(message), stack !== undefined && { stack }, code !== undefined && { code })
}
