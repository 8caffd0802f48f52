import type { FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { type CallCounts, createCallCounts } from './call-counts.ts'

declare module 'fastify' {
  interface FastifyInstance {
    callCounts: CallCounts
  }
}

/** Counts each call for which a rack was selected, once. */
export default fp(
  async function countCalls(app) {
    app.decorate('callCounts', createCallCounts(app.racks.names))
    app.addHook('onResponse', function countResponse(request, reply, done) {
      countCall(request, reply, reply.raw.statusCode)
      done()
    })
  },
  { name: 'count-calls', dependencies: ['racks'] },
)

/** Must be called for each response that never finishes, and when a WebSocket opens, whose response can finish with it. */
export function countCall(request: FastifyRequest, reply: FastifyReply, status: number): void {
  const { call } = request
  if (!call || call.rack === null || call.isCounted) return
  call.isCounted = true
  request.server.callCounts.count(call.rack.name, call.match?.route ?? null, status, reply.elapsedTime / 1_000)
}
