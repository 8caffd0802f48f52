/**
 * Waits for `work`, but no longer than `milliseconds`. The work is not canceled: a later result or error is ignored.
 *
 * @param onTimeout called on timeout; returns the result to use, or throws
 */
export function withTimeout<T, U>(
  work: PromiseLike<T>,
  milliseconds: number,
  onTimeout: (milliseconds: number) => U,
): Promise<T | U> {
  return new Promise<T | U>((resolve, reject) => {
    const timer = setTimeout(() => {
      try {
        resolve(onTimeout(milliseconds))
      } catch (error) {
        reject(error)
      }
    }, milliseconds)
    work.then(resolve, reject).then(() => clearTimeout(timer))
  })
}

export interface TimeoutOptions {
  readonly milliseconds: number
  /** Stops the work early. */
  readonly signal: AbortSignal
}

/**
 * Starts `work` with a signal that fires after `milliseconds`, or when `signal` fires.
 *
 * @throws the abort reason as soon as a signal fires, without waiting for the work to end
 */
export async function runWithTimeout<T>(
  work: (signal: AbortSignal) => Promise<T>,
  { milliseconds, signal }: TimeoutOptions,
): Promise<T> {
  signal.throwIfAborted()
  const control = new AbortController()
  const aborted = new Promise<never>((_, reject) => {
    control.signal.addEventListener('abort', () => reject(control.signal.reason))
  })
  const stop = () => control.abort(signal.reason)
  signal.addEventListener('abort', stop)
  const timer = setTimeout(() => control.abort(new Error(`no answer within ${milliseconds / 1_000} s`)), milliseconds)
  try {
    return await Promise.race([work(control.signal), aborted])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
  }
}
