import { request } from 'node:http'
import { text } from 'node:stream/consumers'

export interface Asked {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** Asks as if `url` were `publicUrl`: `fetch` says its own Host, and the gateway's pages and API exist under one alone. */
export async function askUnder(publicUrl: string, url: string, { method, headers, body }: Asked) {
  const host = new URL(publicUrl).host
  const answer = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    const asking = request(url, { method, agent: false, headers: { ...headers, host } })
    asking.once('response', resolve).once('error', reject)
    asking.end(body)
  })
  const content = await text(answer)
  return { status: answer.statusCode ?? 0, text: content, json: () => JSON.parse(content) }
}
