import type { FastifyReply, FastifyRequest } from 'fastify'
import type { TObject } from 'typebox'
import { jsonOf } from './json-of.ts'

/**
 * The JSON of a response, which gets an ETag; null if `If-None-Match` contains the ETag, so that the status is 304. The
 * ETag is weak, because the JSON can be sent compressed. @see RFC 9110, sections 8.8.3 and 13.1.2
 */
export function conditionalResponse(
  request: FastifyRequest,
  reply: FastifyReply,
  { schema, response }: { readonly schema: TObject; readonly response: object },
): Buffer | null {
  const { digest, body } = jsonOf(reply, schema, response)
  const tag = `"${digest}"`
  void reply.header('etag', `W/${tag}`).header('cache-control', 'private, no-cache')
  // The quotes are a part of the tag, so it cannot be found inside another one. A list is not worth splitting.
  if ((request.headers['if-none-match'] ?? '').includes(tag)) {
    void reply.code(304)
    return null
  }
  void reply.type('application/json; charset=utf-8')
  return body()
}
