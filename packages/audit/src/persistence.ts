import { setTimeout as wait } from 'node:timers/promises'
import { StreamLost } from './errors.ts'

export interface PersistenceOptions {
  /** Milliseconds until `onOverdue` says that callers should wait no longer. The attempts go on. */
  readonly deadline: number
  readonly onOverdue: (cause: unknown) => void
  readonly onRecovered: () => void
  /** Ends the attempts: then `persist` rejects. */
  readonly signal: AbortSignal
}

/**
 * Does an operation until it succeeds, because only its success or its repetition tells whether it took place.
 *
 * @throws StreamLost at once; the signal's reason when it is aborted
 */
export async function persist(operation: () => Promise<void>, options: PersistenceOptions): Promise<void> {
  let overdue = false
  let lastError: unknown = new Error('no answer from the store')
  const timer = setTimeout(() => {
    overdue = true
    options.onOverdue(lastError)
  }, options.deadline)
  const aborted = abortion(options.signal)
  try {
    for (let pause = 10; ; pause = Math.min(pause * 2, 500)) {
      options.signal.throwIfAborted()
      try {
        await Promise.race([operation(), aborted.promise])
        break
      } catch (error) {
        if (error instanceof StreamLost || options.signal.aborted) throw error
        lastError = error
      }
      await wait(pause, undefined, { signal: options.signal }).catch(() => {})
    }
    if (overdue) options.onRecovered()
  } finally {
    clearTimeout(timer)
    aborted.forget()
  }
}

/** An operation that hangs must not hold up whoever gave up on it. */
function abortion(signal: AbortSignal) {
  let onAbort = () => {}
  const promise = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason)
  })
  promise.catch(() => {})
  signal.addEventListener('abort', onAbort)
  return { promise, forget: () => signal.removeEventListener('abort', onAbort) }
}
