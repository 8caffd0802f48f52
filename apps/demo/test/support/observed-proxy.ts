import { createServer, request } from 'node:http'
import { listen } from '@rack-gateway/testing/server'

/** A proxy to the gateway that lists the requests, and can fail. */
export interface ObservedProxy {
  readonly url: string
  /** Method, path and, where it was sent, `If-None-Match`, in the order in which they came. */
  readonly asked: string[]
  /** What the proxy does with a request: it forwards it, closes the connection, or never answers. */
  is: 'open' | 'cut' | 'silent'
  close(): Promise<void>
}

export async function startObservedProxy(to: string): Promise<ObservedProxy> {
  const asked: string[] = []
  const server = createServer((incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming
    const tag = headers['if-none-match']
    asked.push(`${method} ${url}${tag === undefined ? '' : ' if changed'}`)
    if (proxy.is === 'cut') return void incoming.socket.destroy()
    if (proxy.is === 'silent') return
    const onward = request(new URL(url, to), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
  })
  const { url, close } = await listen(server)
  const proxy: ObservedProxy = { url, asked, is: 'open', close }
  return proxy
}
