export async function* onConsume<T>(items: AsyncIterable<T>, onRead: () => void): AsyncGenerator<T> {
  for await (const item of items) {
    onRead()
    yield item
  }
}
