import type { FastifyHttpProxyOptions } from '@fastify/http-proxy'
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
