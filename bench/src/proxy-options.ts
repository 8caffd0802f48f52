import type { FastifyHttpProxyOptions } from '@fastify/http-proxy'
import type { FastifyRequest } from 'fastify'
import type { Dispatcher } from 'undici'

/** Options that make @fastify/http-proxy change as little as possible: no retry, no rewritten Location, no Expect. */
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

/**
 * Without these options, @fastify/http-proxy would forward no password, and offer a compression that no rack supports.
 * The types of @fastify/http-proxy lack `rewriteRequestHeaders`.
 */
const websocketClient = {
  perMessageDeflate: false,
  rewriteRequestHeaders: (headers: object, { headers: { authorization } }: FastifyRequest) =>
    authorization === undefined ? headers : { ...headers, authorization },
}

export const websocketOptions = { websocket: true, wsClientOptions: websocketClient } as const
