import { setTimeout as wait } from 'node:timers/promises'
import { StreamLost } from './errors.ts'

export interface RetryOptions {
  /** Milliseconds until `onOverdue` is called. The attempts continue. */
  readonly deadline: number
  readonly onOverdue: (cause: unknown) => void
  readonly onRecovered: () => void
  /** Stops the attempts; then `retryUntilDone` rejects. */
  readonly signal: AbortSignal
}

/**
 * Repeats an operation until it succeeds, because after an error it is unknown whether it took place.
 *
 * @throws StreamLost at once, or the reason of the signal
 */
export async function retryUntilDone(operation: () => Promise<void>, options: RetryOptions): Promise<void> {
  let overdue = false
  let lastError: unknown = new Error('no answer from the store')
  const timer = setTimeout(() => {
    overdue = true
    options.onOverdue(lastError)
  }, options.deadline)
  const aborted = rejectOnAbort(options.signal)
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

/** A hanging operation must not delay the caller after the abort. */
function rejectOnAbort(signal: AbortSignal) {
  let onAbort = () => {}
  const promise = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason)
  })
  promise.catch(() => {})
  signal.addEventListener('abort', onAbort)
  return { promise, forget: () => signal.removeEventListener('abort', onAbort) }
}
