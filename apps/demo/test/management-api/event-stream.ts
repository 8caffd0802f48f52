import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'

export interface StreamEvent {
  readonly id: string
  readonly name: string
  readonly data: unknown
}

export interface Followed {
  readonly headers: Map<string, string>
  /** Resolves with the next so many events. */
  take(count: number): Promise<StreamEvent[]>
  /** All until it ends. */
  rest(): Promise<StreamEvent[]>
  close(): Promise<void>
}

/** Reads server-sent events off a socket, by the letter of the standard's example parser. */
export async function followEvents(url: string, headers: Record<string, string>): Promise<Followed> {
  const [body]: [IncomingMessage] = (await once(get(url, { headers, agent: false }), 'response')) as [IncomingMessage]
  if (body.statusCode !== 200) throw new Error(`it answered with ${body.statusCode}`)
  const given = body.headers
  const events = eventsIn(body)
  // Its first words come when it follows.
  await events.next()
  async function take(count: number): Promise<StreamEvent[]> {
    const taken: StreamEvent[] = []
    while (taken.length < count) {
      const { value, done } = await events.next()
      if (done) throw new Error(`it ended after ${taken.length} events`)
      if (value) taken.push(value)
    }
    return taken
  }
  return {
    headers: new Map(Object.entries(given).map(([name, value]) => [name, String(value)])),
    take,
    async rest() {
      const all: StreamEvent[] = []
      for await (const event of events) if (event) all.push(event)
      return all
    },
    async close() {
      body.on('error', () => undefined)
      body.destroy()
    },
  }
}

/** Null for a block without data. */
async function* eventsIn(body: AsyncIterable<Buffer>): AsyncGenerator<StreamEvent | null> {
  let text = ''
  for await (const chunk of body) {
    text += chunk.toString('utf8')
    for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
      yield eventOf(text.slice(0, end).split('\n'))
      text = text.slice(end + 2)
    }
  }
}

function eventOf(lines: readonly string[]): StreamEvent | null {
  const field = (name: string) =>
    lines
      .filter((line) => line.startsWith(`${name}: `))
      .map((line) => line.slice(name.length + 2))
      .join('\n')
  const data = field('data')
  return data === '' ? null : { id: field('id'), name: field('event'), data: JSON.parse(data) }
}
