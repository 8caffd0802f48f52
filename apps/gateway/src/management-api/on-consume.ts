/** A part is asked for when those before it were taken. */
export async function* takenBy<T>(parts: AsyncIterable<T>, onTaken: () => void): AsyncGenerator<T> {
  for await (const part of parts) {
    onTaken()
    yield part
  }
}
