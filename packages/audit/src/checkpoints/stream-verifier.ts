import type { Worker } from 'node:worker_threads'
import type { StreamHead } from '@rack-gateway/audit-proof'
import type { PoolSettings } from '@rack-gateway/database/pool'
import { startThread } from '@rack-gateway/errors/start-thread'
import { createBackOff } from '@rack-gateway/time'
import type { VerifiedStream } from './verify-streams.ts'

/** The data that the thread starts with. It contains no signing key. */
export interface VerifierThreadData {
  /** With the runtime login. */
  readonly pool: PoolSettings
}

/** Messages from the thread. The only message to the thread is a list of signed heads. */
export type VerifierMessage =
  | { readonly kind: 'verified'; readonly streams: readonly VerifiedStream[] }
  /** The database failed, and the thread can continue. */
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'progress' }

/** Verifies events in another thread, so that no rack call waits for a verification. */
export interface StreamVerifier {
  /**
   * Verifies the events of all streams since the signed heads. One call at a time.
   * @throws if the database or the thread fails
   */
  verify(signed: readonly StreamHead[]): Promise<readonly VerifiedStream[]>
  /** Whether a thread has failed since the last successful verification. */
  hasFailed(): boolean
  /** Whether a thread failed so recently that the next thread must not start yet. */
  isBackingOff(): boolean
  /** Ends the thread, and a verification in progress, at once. */
  close(): Promise<void>
}

export interface StreamVerifierOptions {
  readonly start: () => Worker
  /** Called if the thread ends between two verifications. */
  readonly onError: (error: Error) => void
  /** Milliseconds without progress after which the thread is ended. Default 90,000: a query may take 60,000. */
  readonly stallTimeout?: number | undefined
}

/** Milliseconds between a failure of the thread and the next start. */
const restartDelays = { minimum: 4_000, maximum: 5 * 60_000 }

interface PendingVerification {
  resolve(streams: readonly VerifiedStream[]): void
  reject(error: unknown): void
  onProgress(): void
}

export function createStreamVerifier({ start, onError, stallTimeout = 90_000 }: StreamVerifierOptions): StreamVerifier {
  const backOff = createBackOff(restartDelays)
  let thread: Worker | null = null
  let pending: PendingVerification | null = null
  let failed = false
  let restartAt = Number.NEGATIVE_INFINITY
  let closed = false

  function startWorker(): Worker {
    const worker = start()
    worker.unref()
    worker.on('message', (message: VerifierMessage) => onMessage(worker, message))
    worker.once('error', (cause) => lose(worker, cause))
    worker.once('exit', (code) => lose(worker, new Error(`exit code ${code}`)))
    return worker
  }

  function onMessage(from: Worker, message: VerifierMessage): void {
    // A late result of a lost thread must not become the result of the next thread.
    if (from !== thread) return
    if (message.kind === 'progress') pending?.onProgress()
    else if (message.kind === 'failed') pending?.reject(message.error)
    else {
      failed = false
      backOff.reset()
      pending?.resolve(message.streams)
    }
  }

  function lose(lost: Worker, cause: Error): void {
    if (thread !== lost) return
    thread = null
    void lost.terminate()
    const error = failureOf(cause)
    if (pending === null) onError(error)
    else pending.reject(error)
  }

  function failureOf(cause: unknown): Error {
    failed = true
    const delay = backOff.next()
    restartAt = performance.now() + delay
    const reason = cause instanceof Error ? cause.message : String(cause)
    return new Error(
      `The thread that verifies events failed (${reason}). Another one starts after ${Math.ceil(delay / 1_000)} s.`,
      { cause },
    )
  }

  return {
    async verify(signed) {
      if (closed) throw new Error('The verifier is closed.')
      try {
        thread ??= startWorker()
      } catch (cause) {
        throw failureOf(cause)
      }
      const used = thread
      const stall = new Error(`no progress for ${stallTimeout / 1_000} s`)
      const timer = setTimeout(() => lose(used, stall), stallTimeout)
      try {
        return await new Promise<readonly VerifiedStream[]>((resolve, reject) => {
          pending = { resolve, reject, onProgress: () => void timer.refresh() }
          used.postMessage(signed)
        })
      } finally {
        clearTimeout(timer)
        pending = null
      }
    },
    hasFailed: () => failed,
    isBackingOff: () => performance.now() < restartAt,
    async close() {
      closed = true
      const last = thread
      thread = null
      pending?.reject(new Error('The verification was canceled.'))
      await last?.terminate()
    },
  }
}

export function startVerifierThread(pool: PoolSettings): Worker {
  return startThread('./verifier-thread', import.meta.url, verifierThreadOptions(pool))
}

export function verifierThreadOptions(pool: PoolSettings) {
  const workerData: VerifierThreadData = { pool }
  return {
    name: 'checkpoints',
    workerData,
    // If the verification needs more memory, only the thread ends.
    resourceLimits: { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 16 },
    // The PostgreSQL driver reads variables such as `PGPASSWORD`. Other variables contain secrets.
    env: Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('PG'))),
  }
}
