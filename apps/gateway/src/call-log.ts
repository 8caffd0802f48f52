import type { FastifyInstance } from 'fastify'

/** One line for each call on the rack API and the gateway's own API, with what an operator looks for first. No headers, no query values, no bodies. */
export function callLog(app: FastifyInstance): void {
  app.addHook('onResponse', function logCall(request, reply, done) {
    const { call, principal } = request
    request.log.info({
      event: 'call',
      method: request.method,
      path: call?.framed.received.path ?? request.routeOptions.url ?? '',
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
      ...(principal ? { principal: principal.name } : {}),
      ...(call?.rack ? { rack: call.rack.name } : {}),
      ...(call?.decision ? { effect: call.decision.effect, rule: call.decision.rule } : {}),
    })
    done()
  })
}
