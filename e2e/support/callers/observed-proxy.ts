import { createServer, request } from 'node:http'
import { listen } from '@rack-gateway/testing/server'

/** A proxy to the gateway that lists the requests, and can fail. It can change to another process of the gateway. */
export interface ObservedProxy {
  readonly url: string
  /** Method, path and, where it was sent, `If-None-Match`, in the order in which they came. */
  readonly asked: string[]
  /** The URL of the gateway. */
  to: string
  /** What the proxy does with a request: it forwards it, closes the connection, or never answers. */
  is: 'open' | 'cut' | 'silent'
  /** Called before a request is handled, with its entry in `asked`. */
  before: ((asked: string) => Promise<void>) | null
  close(): Promise<void>
}

export async function startObservedProxy(to: string): Promise<ObservedProxy> {
  const asked: string[] = []
  const server = createServer(async (incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming
    const tag = headers['if-none-match']
    const entry = `${method} ${url}${tag === undefined ? '' : ' if changed'}`
    asked.push(entry)
    if (proxy.before !== null) await proxy.before(entry)
    if (proxy.is === 'cut') return void incoming.socket.destroy()
    if (proxy.is === 'silent') return
    const onward = request(new URL(url, proxy.to), { method, headers }, (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers)
      response.pipe(outgoing)
    })
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
  })
  const { url, close } = await listen(server)
  const proxy: ObservedProxy = { url, asked, to, is: 'open', before: null, close }
  return proxy
}
