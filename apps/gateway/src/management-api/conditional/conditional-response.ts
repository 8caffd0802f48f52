import type { FastifyReply, FastifyRequest } from 'fastify'
import type { TObject } from 'typebox'
import { jsonOf } from './json-of.ts'

/** Sends the JSON of a response with an ETag, or 304 if `If-None-Match` contains it. @see RFC 9110, section 13.1.2 */
export function conditionalResponse(
  request: FastifyRequest,
  reply: FastifyReply,
  { schema, response }: { readonly schema: TObject; readonly response: object },
): FastifyReply {
  const { digest, body } = jsonOf(reply, schema, response)
  const tag = `"${digest}"`
  void reply.header('etag', tag).header('cache-control', 'private, no-cache')
  // The quotes are a part of the tag, so it cannot be found inside another one. A list is not worth splitting.
  if ((request.headers['if-none-match'] ?? '').includes(tag)) return reply.code(304).send()
  return reply.type('application/json; charset=utf-8').send(body())
}
