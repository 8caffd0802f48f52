import { setTimeout as wait } from 'node:timers/promises'
import { createDeadlines } from './deadlines.ts'
import { StreamLost } from './errors.ts'

export interface RetryOptions {
  /** Milliseconds until `onOverdue` is called. The attempts continue. */
  readonly deadline: number
  /** Stops the attempts; then the operation rejects. */
  readonly signal: AbortSignal
  /** Called when the store answers after `onOverdue`. StreamLost is an answer, too. */
  readonly onRecovered: () => void
}

/**
 * Repeats an operation until it succeeds, because after an error it is unknown whether it took place.
 *
 * @throws StreamLost at once, or the reason of the signal
 */
export type RetryUntilDone = (operation: () => Promise<void>, onOverdue: (cause: unknown) => void) => Promise<void>

/** One operation at a time. All operations share a timer and an abort listener, because few of them need these. */
export function createRetryUntilDone({ deadline, signal, onRecovered }: RetryOptions): RetryUntilDone {
  const startDeadline = createDeadlines(deadline)
  let rejectCurrent = (_reason: unknown) => {}
  signal.addEventListener('abort', () => rejectCurrent(signal.reason))

  /** A hanging operation must not delay the caller after the abort. */
  function untilAbort(operation: Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      rejectCurrent = reject
      operation.then(resolve, reject)
    })
  }

  return async function retryUntilDone(operation, onOverdue) {
    let overdue = false
    let lastError: unknown = null
    const runningDeadline = startDeadline(() => {
      overdue = true
      onOverdue(lastError ?? new Error('no answer from the store'))
    })
    try {
      for (let pause = 10; ; pause = Math.min(pause * 2, 500)) {
        signal.throwIfAborted()
        try {
          await untilAbort(operation())
          break
        } catch (error) {
          if (signal.aborted) throw error
          if (error instanceof StreamLost) {
            if (overdue) onRecovered()
            throw error
          }
          lastError = error
        }
        await wait(pause, undefined, { signal }).catch(() => {})
      }
      if (overdue) onRecovered()
    } finally {
      runningDeadline.stop()
    }
  }
}
