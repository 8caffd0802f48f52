import { get } from 'node:http'
import { responseTo } from '../../support/callers/caller.ts'

export interface StreamEvent {
  readonly id: string
  readonly name: string
  readonly data: unknown
}

export interface Followed {
  readonly headers: Map<string, string>
  /** The position that the first message contains. */
  readonly start: string
  /** Resolves with the next so many events. */
  take(count: number): Promise<StreamEvent[]>
  /** All until it ends. */
  rest(): Promise<StreamEvent[]>
  close(): Promise<void>
}

/** Reads server-sent events off a socket, by the letter of the standard's example parser. */
export async function followEvents(url: string, headers: Record<string, string>): Promise<Followed> {
  const body = await responseTo(get(url, { headers, agent: false }))
  if (body.statusCode !== 200) throw new Error(`it answered with ${body.statusCode}`)
  const given = body.headers
  const events = eventsIn(body)
  const { value: first } = await events.next()
  async function take(count: number): Promise<StreamEvent[]> {
    const taken: StreamEvent[] = []
    while (taken.length < count) {
      const { value, done } = await events.next()
      if (done) throw new Error(`it ended after ${taken.length} events`)
      if (value.name !== '') taken.push(value)
    }
    return taken
  }
  return {
    headers: new Map(Object.entries(given).map(([name, value]) => [name, String(value)])),
    start: first?.id ?? '',
    take,
    async rest() {
      const all: StreamEvent[] = []
      for await (const event of events) if (event.name !== '') all.push(event)
      return all
    },
    async close() {
      body.on('error', () => undefined)
      body.destroy()
    },
  }
}

/** A block without data has the name ''. */
async function* eventsIn(body: AsyncIterable<Buffer>): AsyncGenerator<StreamEvent> {
  let text = ''
  for await (const chunk of body) {
    text += chunk.toString('utf8')
    for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
      yield eventOf(text.slice(0, end).split('\n'))
      text = text.slice(end + 2)
    }
  }
}

function eventOf(lines: readonly string[]): StreamEvent {
  const field = (name: string) =>
    lines
      .filter((line) => line.startsWith(`${name}: `))
      .map((line) => line.slice(name.length + 2))
      .join('\n')
  const data = field('data')
  return { id: field('id'), name: field('event'), data: data === '' ? null : JSON.parse(data) }
}
