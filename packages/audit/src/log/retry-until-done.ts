import { setTimeout as wait } from 'node:timers/promises'
import { StreamLost } from '../errors/errors.ts'
import { createDeadlines } from './deadlines.ts'

export interface RetryOptions {
  /** Milliseconds until `onOverdue` is called. The attempts continue. */
  readonly deadline: number
  /** An abort stops the attempts and rejects. */
  readonly signal: AbortSignal
  /** Called when the store answers after `onOverdue`. StreamLost is a response, too. */
  readonly onRecovered: () => void
}

/**
 * Repeats an operation until it succeeds, because an error does not say whether the operation took place.
 *
 * @throws StreamLost at once, or the reason of the signal
 */
export type RetryUntilDone = (operation: () => Promise<void>, onOverdue: (cause: unknown) => void) => Promise<void>

/**
 * The returned function runs one operation at a time. All operations share one timer and one abort listener, because
 * few operations run long enough to need them.
 */
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
      onOverdue(lastError ?? new Error('no response from the store'))
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
