import type { FastifyInstance, FastifyRequest } from 'fastify'
import { errorCodes } from 'fastify'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether the body is discarded while it arrives, so that no memory has to be reserved for all of it. */
    discardsBody?: boolean
  }
  interface FastifyRequest {
    discardedBody: DiscardedBody | null
  }
}

export interface DiscardedBody {
  readonly bytes: number
  /** From the head of the request to the end of the body. */
  readonly milliseconds: number
}

/** All routes of this context discard their bodies, whatever their media type is. */
export function discardAllBodies(app: FastifyInstance): void {
  const headTimes = new WeakMap<FastifyRequest, number>()
  app.addHook('onRequest', function noteHead(request, _reply, done) {
    headTimes.set(request, performance.now())
    done()
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', function discardBody(request, payload, done) {
    const { bodyLimit = 0 } = request.routeOptions
    let bytes = 0
    function settle(error: Error | null): void {
      payload.off('data', onData).off('end', onEnd).off('error', settle)
      if (error === null) {
        const headTime = headTimes.get(request) ?? performance.now()
        request.discardedBody = { bytes, milliseconds: Math.round(performance.now() - headTime) }
      } else payload.pause()
      done(error, undefined)
    }
    function onData(chunk: Buffer): void {
      bytes += chunk.length
      if (bytes > bodyLimit) settle(new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE())
    }
    function onEnd(): void {
      settle(null)
    }
    if (Number(request.headers['content-length'] ?? 0) > bodyLimit) {
      done(new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE(), undefined)
      return
    }
    payload.on('error', settle).on('end', onEnd).on('data', onData)
  })
}
