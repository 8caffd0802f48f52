import type { FastifyReply, FastifyRequest } from 'fastify'
import type { DecidedCall } from '../../calls/call.ts'
import type { RackApiDependencies } from '../dependencies.ts'
import { listedCall } from './listed-call.ts'

/** Milliseconds. Most responses are sent sooner, so they need no watch. */
const watchAfter = 500

/** A transfer can take hours, and the caller can lose the permission meanwhile. */
export function watchTransfer(
  dependencies: RackApiDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  call: DecidedCall,
): void {
  if (isTransfer(call)) watch(dependencies, request, reply, call)
}

/** Watches any other response that is not sent soon, such as one whose caller stopped reading. */
export function watchSlowResponse(
  dependencies: RackApiDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  call: DecidedCall,
): void {
  if (isTransfer(call)) return
  const { raw } = reply
  if (raw.closed) return
  const timer = setTimeout(() => watch(dependencies, request, reply, call), watchAfter).unref()
  raw.once('close', () => clearTimeout(timer))
}

function isTransfer({ match: { route } }: DecidedCall): boolean {
  return route.body === 'raw' || route.mask === 'opaque'
}

function watch({ live }: RackApiDependencies, request: FastifyRequest, reply: FastifyReply, call: DecidedCall): void {
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
