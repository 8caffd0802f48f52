import { createServer, request } from 'node:http'
import { listen } from '@rack-gateway/testing/server'

/** A way to the gateway on which is seen what is asked, and which can be closed. */
export interface WatchedWay {
  readonly url: string
  /** Method, path and, where it was sent, `If-None-Match`, in the order in which they came. */
  readonly asked: string[]
  /** What the proxy does with a request: it forwards it, closes the connection, or never answers. */
  is: 'open' | 'cut' | 'silent'
  close(): Promise<void>
}

export async function watchedWay(to: string): Promise<WatchedWay> {
  const asked: string[] = []
  const server = createServer((incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming
    const tag = headers['if-none-match']
    asked.push(`${method} ${url}${tag === undefined ? '' : ' if changed'}`)
    if (way.is === 'cut') return void incoming.socket.destroy()
    if (way.is === 'silent') return
    const onward = request(new URL(url, to), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
  })
  const { url, close } = await listen(server)
  const way: WatchedWay = { url, asked, is: 'open', close }
  return way
}
