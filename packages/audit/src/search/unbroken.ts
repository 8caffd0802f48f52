/**
 * The same batches. A cursor of postgres.js (3.4.9) on a connection that breaks ends as if there were no more rows, or never ends:
 * here that throws the signal's reason.
 *
 * @param breaking aborted as soon as the connection has closed
 */
export async function* unbroken<T>(batches: AsyncIterator<T>, breaking: AbortSignal): AsyncGenerator<T> {
  const closed = new Promise<never>((_, reject) => {
    breaking.addEventListener('abort', () => reject(breaking.reason), { once: true })
  })
  closed.catch(() => {})
  try {
    for (;;) {
      const { done, value } = await Promise.race([batches.next(), closed])
      breaking.throwIfAborted()
      if (done) return
      yield value
    }
  } finally {
    if (!breaking.aborted) await batches.return?.()
  }
}
