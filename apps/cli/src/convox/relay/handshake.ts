import { BrokenOff } from './http/flow.ts'
import { createHeadCollector } from './http/head-collector.ts'

/** A handshake whose answer is read as it passes, up to the head that decides. */
export interface Handshake {
  /** Whether it is a websocket now. Never resolves when no answer comes. */
  readonly accepted: Promise<boolean>
  /** @returns all of it @throws BrokenOff for what is no answer of HTTP/1.1 */
  pass(bytes: Buffer): Buffer
}

export function watchHandshake(): Handshake {
  const heads = createHeadCollector(() => new BrokenOff())
  let decide = (_isWebsocket: boolean): void => undefined
  let isDecided = false
  const accepted = new Promise<boolean>((resolve) => {
    decide = resolve
  })

  return {
    accepted,
    pass(bytes) {
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
  if (status === undefined) throw new BrokenOff()
  return status
}
