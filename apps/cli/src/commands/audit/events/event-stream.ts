/** An event of a `text/event-stream`, as far as the gateway sends them. */
export interface StreamEvent {
  readonly id: string | null
  readonly name: string
  readonly data: string
}

/** No event of the gateway's is longer. */
const longest = 4 * 1024 * 1024

/** @throws Error when what comes can't be one */
export async function* eventsIn(body: AsyncIterable<Uint8Array>): AsyncGenerator<StreamEvent> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > longest) throw new Error('it sent an event that is too long')
    for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
      yield eventOf(text.slice(0, end).split('\n'))
      text = text.slice(end + 2)
    }
  }
}

function eventOf(lines: readonly string[]): StreamEvent {
  const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2)
  return { id: field('id') ?? null, name: field('event') ?? '', data: field('data') ?? '' }
}
