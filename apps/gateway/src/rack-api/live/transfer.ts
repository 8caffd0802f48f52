import type { FastifyReply, FastifyRequest } from 'fastify'
import type { DecidedCall } from '../../calls/call.ts'
import type { RackApiDependencies } from '../dependencies.ts'
import { listedCall } from './listed-call.ts'

/** A transfer can take hours, and the caller can lose the permission meanwhile. */
export function watchTransfer(
  { live }: RackApiDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  call: DecidedCall,
): void {
  const { body, mask } = call.match.route
  if (body !== 'raw' && mask !== 'opaque') return
  const { principal, credential, rackCall } = call
  const { raw } = reply
  const removeCall = live.add({
    principal,
    credential,
    rackCall,
    kind: 'transfer',
    listed: listedCall(request, call),
    // An error cannot follow the start of a response. A reset connection shows that the response is incomplete, and
    // discards what is not sent yet.
    end() {
      raw.socket?.resetAndDestroy()
      raw.destroy()
    },
    ping: () => undefined,
  })
  raw.once('close', removeCall)
}
