import type { CastHeader } from '../cast.ts'
import type { RecordingLimits } from '../limits.ts'
import type { RecordingGap, RecordingMode, RecordingSummary } from '../recording.ts'

/** What an entry of the ring is. Whether a message ends with its piece is a bit of its own. */
export const entryKinds = { output: 0, input: 1, sawEnd: 2, finish: 3 } as const
export const messageEnds = 0x100

/** Whether an entry is what passed, rather than about it. */
export function isOfSession(kind: number): boolean {
  const plain = kind & ~messageEnds
  return plain === entryKinds.output || plain === entryKinds.input
}

/** What both threads know from the start. */
export interface ThreadLink {
  readonly ring: SharedArrayBuffer
  /** See `figures`. */
  readonly figures: SharedArrayBuffer
  readonly limits: Partial<RecordingLimits>
  /** What `monotonic()` was at zero of the clock that the entries' times are of, in milliseconds. */
  readonly zero: number
}

/** A clock that all threads of a process share, in milliseconds. */
export function monotonic(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1_000 + nanoseconds / 1_000_000
}

/** In Latin-1: bytes would be sent with all of the memory that they are a view of. */
export interface SentNeedle {
  readonly text: string
  readonly mark: string
}

/** To the thread that records. What belongs to the order of what passes is in the ring. */
export type ToThread =
  | {
      readonly kind: 'begin'
      readonly session: number
      readonly id: string
      readonly header: CastHeader
      readonly mode: RecordingMode
      readonly input: boolean
      /** A number that was said by `know`; null where there is nothing to look for. */
      readonly secrets: number | null
    }
  /** Many recordings look for the same, and share what finds it. */
  | { readonly kind: 'know'; readonly secrets: number; readonly needles: readonly SentNeedle[] }
  | { readonly kind: 'forget'; readonly secrets: number }
  | { readonly kind: 'wake' | 'ping' }
  | { readonly kind: 'hasten' | 'unhasten'; readonly id: string; readonly watch: number }
  | { readonly kind: 'close' }

export interface ThrownThere {
  readonly message: string
  readonly stack?: string | undefined
  readonly code?: string | undefined
}

/** What one recording's session is told. */
export type ToldRecording =
  | { readonly kind: 'hold' | 'resume'; readonly session: number }
  | { readonly kind: 'end'; readonly session: number; readonly reason: string }
  | { readonly kind: 'gap'; readonly session: number; readonly gap: RecordingGap }
  | { readonly kind: 'finished'; readonly session: number; readonly summary: RecordingSummary }
  /** All of one that has finished is stored. `failed`: it can't be recorded any more, and nothing is known of it. */
  | { readonly kind: 'stored' | 'failed'; readonly session: number }

export type FromThread =
  | ToldRecording
  | { readonly kind: 'begun' | 'refused'; readonly session: number }
  | { readonly kind: 'error'; readonly recording: string; readonly error: ThrownThere }
  | { readonly kind: 'room' | 'pong' }

export function thrownThere(error: unknown): ThrownThere {
  if (!(error instanceof Error)) return { message: String(error) }
  const { message, stack } = error
  return { message, stack, ...('code' in error && typeof error.code === 'string' && { code: error.code }) }
}

export function thrownHere({ message, stack, code }: ThrownThere): Error {
  return Object.assign(new Error(message), stack !== undefined && { stack }, code !== undefined && { code })
}
