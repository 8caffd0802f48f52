/**
 * Passes batches on, and throws if the connection closes. In postgres.js 3.4.9, a cursor on a broken connection ends as
 * if there were no more rows, or never ends.
 *
 * @param disconnected aborted when the connection has closed
 */
export async function* throwOnDisconnect<T>(batches: AsyncIterator<T>, disconnected: AbortSignal): AsyncGenerator<T> {
  const disconnection = new Promise<never>((_, reject) => {
    disconnected.addEventListener('abort', () => reject(disconnected.reason), { once: true })
  })
  disconnection.catch(() => {})
  try {
    for (;;) {
      const { done, value } = await Promise.race([batches.next(), disconnection])
      disconnected.throwIfAborted()
      if (done) return
      yield value
    }
  } finally {
    if (!disconnected.aborted) await batches.return?.()
  }
}
