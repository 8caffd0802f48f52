import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type CallbackAnswer = { readonly kind: 'code'; readonly code: string } | { readonly kind: 'denied' }

/** Receives the redirect of the browser with the code of a login. */
export interface CallbackServer {
  readonly port: number
  readonly path: string
  readonly state: string
  /** Waits for the answer to this login. @throws the signal's reason */
  waitForAnswer(signal: AbortSignal): Promise<CallbackAnswer>
  close(): Promise<void>
}

/** Listens on loopback, and accepts only a GET of one random path. Other requests get status 404. */
export async function openCallbackServer(): Promise<CallbackServer> {
  const path = randomBytes(24).toString('base64url')
  const state = randomBytes(24).toString('base64url')
  const server = createServer({ maxHeaderSize: 64 * 1024 })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo

  server.on('request', function answerBrowser(request, response) {
    const answer = parseAnswer(request, { port, path, state })
    if (answer === null) return send(response, 404, 'Page not found.')
    response.once('finish', () => server.emit('answer', answer))
    send(response, 200, answer.kind === 'code' ? acceptedPage : deniedPage)
  })

  return {
    port,
    path,
    state,
    async waitForAnswer(signal) {
      const [answer]: CallbackAnswer[] = await once(server, 'answer', { signal })
      if (answer === undefined) throw new Error('the answer event has no argument')
      return answer
    },
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

const acceptedPage = 'You can close this page. Go back to the terminal.'
const deniedPage = 'You denied the login. You can close this page.'

interface Expected {
  readonly port: number
  readonly path: string
  readonly state: string
}

function parseAnswer(
  { method, url = '', headers }: IncomingMessage,
  { port, path, state }: Expected,
): CallbackAnswer | null {
  const [pathname = '', query = ''] = url.split('?', 2)
  if (method !== 'GET' || headers.host !== `127.0.0.1:${port}` || !isEqual(pathname, `/${path}`)) return null
  const values = new URLSearchParams(query)
  if (!isEqual(values.get('state') ?? '', state)) return null
  if (values.get('error') === 'access_denied') return { kind: 'denied' }
  const code = values.get('code') ?? ''
  return /^[A-Za-z0-9_-]{20,200}$/.test(code) ? { kind: 'code', code } : null
}

/** Compares in constant time. */
function isEqual(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)]
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
