/**
 * Passes batches on, and throws if the connection closes. With postgres.js 3.4.9 a cursor on a broken connection ends
 * as if there were no more rows, or never ends.
 *
 * @param breaking aborted when the connection has closed
 */
export async function* throwOnDisconnect<T>(batches: AsyncIterator<T>, breaking: AbortSignal): AsyncGenerator<T> {
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
