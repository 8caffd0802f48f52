/** All of a stream as text; null when it is longer than so many bytes. */
export async function readAll(stream: NodeJS.ReadableStream, most: number): Promise<string | null> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk)
    length += bytes.length
    if (length > most) return null
    chunks.push(bytes)
  }
  return Buffer.concat(chunks).toString('utf8')
}
