import type { FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { recordedPath } from '../calls/recorded-path.ts'

/** Characters. */
const maxPathLength = 200

/**
 * Logs one line for each call of a principal. Lines have no headers, query values, or bodies.
 * Unauthenticated requests are counted by the rule that denied them, or else by route and status.
 */
export default fp(
  async function callLog(app) {
    app.addHook('onResponse', function logCall(request, reply, done) {
      const line = lineOf(request, reply)
      if (request.principal === null) app.unauthenticatedLog.note(kindOf(request, reply), 'info', line)
      else app.log.info({ reqId: request.id, ...line })
      done()
    })
  },
  { name: 'call-log', dependencies: ['unauthenticated-log'] },
)

function lineOf(request: FastifyRequest, reply: FastifyReply) {
  const { call, principal, deniedBy } = request
  const path = call ? recordedPath(call.parsedRequest) : (request.routeOptions.url ?? '')
  return {
    event: 'call',
    method: request.method,
    path: path.length > maxPathLength ? `${path.slice(0, maxPathLength)}...` : path,
    status: reply.statusCode,
    ms: Math.round(reply.elapsedTime * 10) / 10,
    ...(principal ? { principal: principal.name } : {}),
    ...(call?.rack ? { rack: call.rack.name } : {}),
    ...(call?.decision ? { effect: call.decision.effect, rule: call.decision.rule } : {}),
    ...(deniedBy === null ? {} : { rule: deniedBy }),
  }
}

function kindOf({ deniedBy, method, routeOptions }: FastifyRequest, { statusCode }: FastifyReply): string {
  return deniedBy ?? `${method} ${routeOptions.url ?? ''} ${statusCode}`
}
