import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** Adds an ETag, and answers 304 if `If-None-Match` contains it. @see RFC 9110, section 13.1.2 */
export function conditionalResponse(request: FastifyRequest, reply: FastifyReply, result: unknown): unknown {
  const tag = `"${createHash('sha256').update(JSON.stringify(result)).digest('base64url')}"`
  void reply.header('etag', tag).header('cache-control', 'private, no-cache')
  if (!tagsIn(request.headers['if-none-match'] ?? '').includes(tag)) return result
  // A returned undefined would be serialized as JSON, with a Content-Length.
  return reply.code(304).send()
}

function tagsIn(header: string): string[] {
  return header.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
}
