import { type JsonBounds, jsonBoundsFault } from '@rack-gateway/convox-api'
import type { FastifyInstance } from 'fastify'
import { invalid } from '../errors/errors.ts'
import { payerOf } from '../resource-account/plugin.ts'

/**
 * The deepest body that a schema describes is a planned call, with five levels. The deepest body without a schema is
 * the response of an authenticator or the claims of a job, which have about as many. The widest body has the names of
 * environment keys: at most 1,000 in each of a few planned calls, and with names of 13 characters, 64 KiB have no more
 * than 4,096.
 */
const bodyBounds: JsonBounds = { depth: 16, entries: 4_096 }

/** Rejects a body that exceeds `bodyBounds` before it is parsed. */
export function acceptJsonOnly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  const parse = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, function parseJson(request, body, done) {
    if (body.length === 0) return done(null, undefined)
    let finish = () => {}
    app.costs.measure(payerOf(request), 'parse', Math.max(1, body.length / 1_024), () => {
      const fault = jsonBoundsFault(body, bodyBounds)
      if (fault === null)
        parse(request, body.toString('utf8'), (error, parsed) => {
          finish = () => done(error, parsed)
        })
      else
        finish = () => done(invalid(`The request body cannot be read, because ${fault}.`, 'See /gateway/api/v1/docs.'))
    })
    // Not measured, because the request continues in `done`.
    finish()
  })
}
