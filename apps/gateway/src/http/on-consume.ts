/** Calls `onRead` for each item. Reads an item only when the consumer asks for it. */
export async function* onConsume<T>(items: AsyncIterable<T>, onRead: () => void): AsyncGenerator<T> {
  for await (const item of items) {
    onRead()
    yield item
  }
}
