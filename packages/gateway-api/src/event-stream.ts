/** An event of a `text/event-stream`, with the fields that the gateway uses. */
export interface StreamEvent {
  readonly id: string | null
  readonly name: string
  readonly data: string
}

/** UTF-16 code units. The gateway never sends a longer event. */
const maxEventLength = 4 * 1024 * 1024

/** @throws Error for an event that is too long */
export async function* parseEventStream(body: AsyncIterable<Uint8Array>): AsyncGenerator<StreamEvent> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > maxEventLength) throw new Error('the gateway sent an event that is too long')
    for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
      yield parseEvent(text.slice(0, end).split('\n'))
      text = text.slice(end + 2)
    }
  }
}

function parseEvent(lines: readonly string[]): StreamEvent {
  const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2)
  return { id: field('id') ?? null, name: field('event') ?? '', data: field('data') ?? '' }
}
