import type { FastifyHttpProxyOptions } from '@fastify/http-proxy'
import type { FastifyRequest } from 'fastify'
import type { Dispatcher } from 'undici'

/** Options that give @fastify/http-proxy its best chance to keep the bytes: no second attempt, no rewritten Location, no Expect. */
export function proxyOptions(upstream: string, agent: Dispatcher): FastifyHttpProxyOptions {
  return {
    upstream,
    undici: agent,
    disableRequestLogging: true,
    internalRewriteLocationHeader: false,
    replyOptions: {
      retryDelay: () => null,
      rewriteRequestHeaders: (_request, headers) => {
        const { expect: _stripped, ...kept } = headers
        return kept
      },
    },
  }
}

/** By itself it would pass on no password, and offer the upstream a compression that no rack takes. Its types don't know the first of these. */
const websocketClient = {
  perMessageDeflate: false,
  rewriteRequestHeaders: (headers: object, { headers: { authorization } }: FastifyRequest) =>
    authorization === undefined ? headers : { ...headers, authorization },
}

export const websocketOptions = { websocket: true, wsClientOptions: websocketClient } as const
