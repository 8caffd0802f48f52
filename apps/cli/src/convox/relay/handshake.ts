import { ConnectionBroken } from './http/forward-bytes.ts'
import { createHeadCollector } from './http/head-collector.ts'

/** Watches the gateway's response to a websocket handshake while it is forwarded. */
export interface Handshake {
  /** Whether the gateway accepts the websocket. Does not resolve without a response. */
  readonly accepted: Promise<boolean>
  /** @returns the same bytes @throws ConnectionBroken if the response is not HTTP/1.1, or its header is too long */
  scan(bytes: Buffer): Buffer
}

export function watchHandshake(): Handshake {
  const heads = createHeadCollector(() => new ConnectionBroken())
  let decide = (_isWebsocket: boolean): void => undefined
  let isDecided = false
  const accepted = new Promise<boolean>((resolve) => {
    decide = resolve
  })

  return {
    accepted,
    scan(bytes) {
      for (let rest = bytes; !isDecided && rest.length > 0; ) {
        const collected = heads.take(rest)
        if (collected === null) break
        const status = statusOf(collected.head)
        rest = collected.rest
        isDecided = status === '101' || !status.startsWith('1')
        if (isDecided) decide(status === '101')
      }
      return bytes
    },
  }
}

function statusOf(head: Buffer): string {
  const [, status] = /^HTTP\/1\.1 (\d{3})[ \r]/.exec(head.toString('latin1', 0, 16)) ?? []
  if (status === undefined) throw new ConnectionBroken()
  return status
}
