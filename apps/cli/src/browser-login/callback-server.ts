import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Receives the redirect of the browser with the response of the gateway. */
export interface CallbackServer<T> {
  readonly port: number
  readonly path: string
  /** Waits for the first response. @throws AbortError when the signal aborts */
  waitForResult(signal: AbortSignal): Promise<T>
  close(): Promise<void>
}

/** Returns null if the query contains no response. `page` is the sentence that the browser shows. */
export type ReadCallback<T> = (query: URLSearchParams) => { readonly response: T; readonly page: string } | null

/** Listens on loopback, and accepts only a GET of one random path with a response. Other requests get status 404. */
export async function openCallbackServer<T>(read: ReadCallback<T>): Promise<CallbackServer<T>> {
  const path = randomBytes(24).toString('base64url')
  const server = createServer({ maxHeaderSize: 64 * 1024 })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo

  server.on('request', function respondToBrowser(request, response) {
    const query = queryOf(request, { port, path })
    const received = query === null ? null : read(query)
    if (received === null) return send(response, 404, 'Page not found.')
    response.once('finish', () => server.emit('answer', received.response))
    send(response, 200, received.page)
  })

  return {
    port,
    path,
    async waitForResult(signal) {
      const [received] = await once(server, 'answer', { signal })
      return received
    },
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/** The query of a GET of the random path; null for any other request. */
function queryOf(
  { method, url = '', headers }: IncomingMessage,
  { port, path }: Pick<CallbackServer<unknown>, 'port' | 'path'>,
): URLSearchParams | null {
  const [pathname = '', query = ''] = url.split('?', 2)
  if (method !== 'GET' || headers.host !== `127.0.0.1:${port}` || !isEqualInConstantTime(pathname, `/${path}`))
    return null
  return new URLSearchParams(query)
}

export function isEqualInConstantTime(received: string, expected: string): boolean {
  const [one, other] = [Buffer.from(received), Buffer.from(expected)]
  return one.length === other.length && timingSafeEqual(one, other)
}

function send(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; frame-ancestors 'none'`,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    connection: 'close',
  })
  response.end(page(sentence))
}

const style =
  ':root { color-scheme: light dark } body { font: 16px/1.55 system-ui, sans-serif; max-width: 36rem; margin: 12vh auto; padding: 0 1.5rem }'
const styleHash = createHash('sha256').update(style).digest('base64')

function page(sentence: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>rack-gateway</title>
<style>${style}</style></head>
<body><h1>rack-gateway</h1><p>${sentence}</p></body></html>
`
}
