import { isOnlyObserved } from '@rack-gateway/rbac-policy'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { callEventOf } from '../../audit/call-event.ts'
import { recordLater } from '../../audit/record-later.ts'
import type { DecidedCall } from '../../calls/call.ts'
import { grantChangeEvent } from './grant-change-event.ts'
import { listedCall } from './listed-call.ts'

/** Milliseconds. Most responses are sent sooner, so they need no watch. */
const watchAfter = 500

/** A transfer can take hours, and the caller can lose the permission meanwhile. */
export function watchTransfer(request: FastifyRequest, reply: FastifyReply, call: DecidedCall): void {
  const { server } = request
  if (isTransfer(call)) watch(server, request, reply, call)
}

/** Watches any other response that is not sent soon, such as one whose caller stopped reading. */
export function watchSlowResponse(request: FastifyRequest, reply: FastifyReply, call: DecidedCall): void {
  const { server } = request
  if (isTransfer(call)) return
  const { raw } = reply
  if (raw.closed) return
  const timer = setTimeout(() => watch(server, request, reply, call), watchAfter).unref()
  raw.once('close', () => clearTimeout(timer))
}

function isTransfer({ match: { route } }: DecidedCall): boolean {
  return route.body === 'raw' || route.mask === 'opaque'
}

function watch(server: FastifyInstance, request: FastifyRequest, reply: FastifyReply, call: DecidedCall): void {
  const { credential, rackCall, decision } = call
  const { raw } = reply
  const removeCall = server.liveCalls.add({
    credential,
    rackCall,
    isObserved: isOnlyObserved(decision),
    kind: 'transfer',
    listed: listedCall(request, call),
    grant: decision.grant ?? null,
    // Any other response can show values that only the grant shows.
    endsWithGrant: !isTransfer(call),
    notify: null,
    onGrantChange: (decision, previous) =>
      recordLater(server, request.log, grantChangeEvent(callEventOf(request), decision, previous)),
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
