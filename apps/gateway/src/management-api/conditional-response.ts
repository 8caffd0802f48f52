import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** Gives an answer its ETag, and nothing but that to who has it already. @see RFC 9110, section 13.1.2 */
export function conditionalAnswer(request: FastifyRequest, reply: FastifyReply, answer: unknown): unknown {
  const tag = `"${createHash('sha256').update(JSON.stringify(answer)).digest('base64url')}"`
  void reply.header('etag', tag).header('cache-control', 'private, no-cache')
  if (!tagsIn(request.headers['if-none-match'] ?? '').includes(tag)) return answer
  // Nothing as an answer would be written as JSON, with a length.
  return reply.code(304).send()
}

function tagsIn(header: string): string[] {
  return header.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
}
