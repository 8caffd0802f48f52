import { createHmac } from 'node:crypto'
import { createHttpPoster, type HttpOptions } from './http.ts'
import type { SinkEvent } from './sink-event.ts'
import type { SinkTransport } from './transport.ts'

export interface WebhookTransportOptions extends HttpOptions {
  readonly name: string
  /** HMAC keys. Each key signs every request, so that a receiver can change keys. Empty for no signature. */
  readonly keys: readonly Buffer[]
  /** May contain a credential for the receiver. */
  readonly headers: Readonly<Record<string, string>>
  readonly clock: { now(): number }
}

/**
 * Sends batches as `{"sink":…,"events":[…]}`, with the hashed bytes of each event.
 *
 * @see Standard Webhooks 1.0: `webhook-id`, `webhook-timestamp`, and `webhook-signature`
 */
export function createWebhookTransport({
  name,
  keys,
  headers,
  clock,
  ...http
}: WebhookTransportOptions): SinkTransport {
  const poster = createHttpPoster(http)
  return {
    limits: { events: 500, characters: 512 * 1024 },
    async deliver(events, signal) {
      const id = batchId(events)
      const timestamp = String(Math.floor(clock.now() / 1_000))
      const body = `{"sink":${JSON.stringify(name)},"events":[${events.map(({ canonical }) => canonical).join(',')}]}`
      const signed = {
        ...headers,
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        ...(keys.length > 0 && { 'webhook-signature': signatures(keys, `${id}.${timestamp}.${body}`) }),
      }
      await poster.post(body, signed, signal)
    },
    close: () => poster.close(),
  }
}

/** Equal for a repeated batch. */
function batchId(events: readonly SinkEvent[]): string {
  const [first] = events
  return `${first?.stream}_${first?.seq}-${events.at(-1)?.seq}`
}

function signatures(keys: readonly Buffer[], content: string): string {
  return keys.map((key) => `v1,${createHmac('sha256', key).update(content).digest('base64')}`).join(' ')
}
