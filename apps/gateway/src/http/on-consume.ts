/** Pulls the next item only after the consumer has taken the previous one, and calls `onRead` before each item. */
export async function* onConsume<T>(items: AsyncIterable<T>, onRead: () => void): AsyncGenerator<T> {
  for await (const item of items) {
    onRead()
    yield item
  }
}
