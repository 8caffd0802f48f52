import type { FastifyReply } from 'fastify'
import type { DecidedCall } from './call.ts'
import type { RackApiDependencies } from './dependencies.ts'

/** Has a transfer looked at again while it is under way: it may take hours, and what permitted it may end before. */
export function watchTransfer({ live }: RackApiDependencies, reply: FastifyReply, call: DecidedCall): void {
  const { body, mask } = call.match.route
  if (body !== 'raw' && mask !== 'opaque') return
  const { principal, credential, rackCall } = call
  const { raw } = reply
  const leave = live.add({
    principal,
    credential,
    rackCall,
    kind: 'transfer',
    // An answer that has begun can't say why any more: a cut connection never looks complete.
    end: () => raw.destroy(),
    ping: () => undefined,
  })
  raw.once('close', leave)
}
