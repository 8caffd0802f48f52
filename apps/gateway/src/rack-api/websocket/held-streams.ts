import type { Duplex } from 'node:stream'
import { type Identities, isDenial, type VerifiedToken } from '@rack-gateway/auth'
import { createFrame, opcodes } from '@rack-gateway/rack-registry'

/** WebSockets that stay open without data. Pings them, because proxies close silent connections. */
export interface HeldStreams {
  /** Ends the WebSocket when its client leaves, or when the credential is revoked. */
  hold(socket: Duplex, credential: VerifiedToken): void
  endAll(): void
}

interface HeldStreamsOptions {
  readonly identities: Pick<Identities, 'findPrincipal' | 'onChange'>
  /** Milliseconds. */
  readonly pingInterval: number
  readonly onError: (error: unknown) => void
}

const ping = createFrame('server', opcodes.ping, Buffer.alloc(0))

export function createHeldStreams({ identities, pingInterval, onError }: HeldStreamsOptions): HeldStreams {
  const held = new Map<Duplex, VerifiedToken>()

  async function review(socket: Duplex, credential: VerifiedToken): Promise<void> {
    if (isDenial(await identities.findPrincipal(credential))) socket.destroy()
  }
  const unsubscribe = identities.onChange(function reviewAll() {
    for (const [socket, credential] of held) review(socket, credential).catch(onError)
  })
  const pinging = setInterval(function pingAll() {
    for (const socket of held.keys()) if (!socket.writableNeedDrain) socket.write(ping)
  }, pingInterval).unref()

  return {
    hold(socket, credential) {
      held.set(socket, credential)
      socket.once('end', () => socket.destroy()).once('close', () => held.delete(socket))
      socket.resume()
    },
    endAll() {
      unsubscribe()
      clearInterval(pinging)
      for (const socket of held.keys()) socket.destroy()
    },
  }
}
