import { createServer } from 'node:http'
import { listen } from '@rack-gateway/testing/server'

/** What was asked, as it stood in the request line. */
export interface Asked {
  readonly method: string
  readonly target: string
  readonly websocket: boolean
  readonly command: string | null
}

export interface RefusingRack {
  readonly url: string
  readonly asked: Asked[]
  stop(): Promise<void>
}

/** Refuses whatever it is asked, as a gateway would at the handshake and elsewhere. */
export async function startRefusingRack(): Promise<RefusingRack> {
  const asked: Asked[] = []
  const server = createServer((request, response) => {
    const { method = '', url: target = '', headers } = request
    const command = headers.command === undefined ? null : String(headers.command)
    asked.push({ method, target, websocket: headers.upgrade === 'websocket', command })
    request.resume()
    response.writeHead(403, { 'Content-Type': 'application/json', Connection: 'close' }).end('{"error":"refused"}')
  })
  const { url, close } = await listen(server)
  return { url, asked, stop: close }
}
