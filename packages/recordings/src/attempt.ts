/**
 * Does a piece of work that may not take longer, and gives it up when `signal` fires, whether or not the work hears of it.
 *
 * @param milliseconds until it is given up
 */
export async function attempt<T>(
  { signal, milliseconds }: { readonly signal: AbortSignal; readonly milliseconds: number },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const control = new AbortController()
  const giveUp = () => control.abort(signal.reason)
  const timer = setTimeout(() => control.abort(new Error(`it took longer than ${milliseconds} ms`)), milliseconds)
  signal.addEventListener('abort', giveUp)
  if (signal.aborted) giveUp()
  try {
    return await Promise.race([work(control.signal), whenAborted(control.signal)])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', giveUp)
  }
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason)
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}
