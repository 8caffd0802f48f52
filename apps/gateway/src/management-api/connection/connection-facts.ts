import type { FastifyRequest } from 'fastify'
import { addressOf } from '../../http/source.ts'

/** How a request reached the gateway. */
export interface ConnectionFacts {
  readonly host: string | null
  readonly scheme: string
  readonly address: string
  readonly peer: string | null
  readonly forwardedFor: 'missing' | 'ignored' | 'used'
  readonly upgrade: boolean
  readonly receivedBytes: number
  readonly receivedMs: number
}

export function connectionFacts(request: FastifyRequest): ConnectionFacts {
  const { raw, socket, protocol, discardedBody } = request
  return {
    host: raw.headers.host ?? null,
    scheme: protocol,
    address: addressOf(request),
    peer: socket.remoteAddress ?? null,
    forwardedFor: forwardedForOf(request),
    upgrade: raw.pendingUpgrade !== undefined,
    receivedBytes: discardedBody?.bytes ?? 0,
    receivedMs: discardedBody?.milliseconds ?? 0,
  }
}

/** A request of a trusted peer has at least two addresses: the peer's, and the one that the peer forwards. */
function forwardedForOf({ raw, ips }: FastifyRequest): ConnectionFacts['forwardedFor'] {
  if (raw.headers['x-forwarded-for'] === undefined) return 'missing'
  return (ips?.length ?? 1) > 1 ? 'used' : 'ignored'
}
