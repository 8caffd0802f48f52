/** Runs `work` for at most `deadline` milliseconds, and no longer than `stop`: what doesn't end by itself is left behind. */
export async function attempt(
  work: (signal: AbortSignal) => Promise<void>,
  { deadline, stop }: { readonly deadline: number; readonly stop: AbortSignal },
): Promise<void> {
  stop.throwIfAborted()
  const given = new AbortController()
  const onStop = () => given.abort(stop.reason)
  const timer = setTimeout(() => given.abort(new Error(`no answer within ${deadline / 1_000} s`)), deadline)
  stop.addEventListener('abort', onStop)
  const aborted = new Promise<never>((_, reject) => {
    given.signal.addEventListener('abort', () => reject(given.signal.reason))
  })
  try {
    await Promise.race([work(given.signal), aborted])
  } finally {
    clearTimeout(timer)
    stop.removeEventListener('abort', onStop)
  }
}
