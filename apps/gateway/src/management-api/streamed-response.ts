import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'

/** An answer that is written while it is read. */
export interface StreamedAnswer {
  readonly body: Readable
  readonly mediaType: string
  /** Under which name a browser keeps it; null for what isn't kept. */
  readonly fileName: string | null
  /** Called once, when it has been sent or its caller has gone. */
  readonly release: () => void
}

export function isStreamed(answer: unknown): answer is StreamedAnswer {
  return typeof answer === 'object' && answer !== null && 'body' in answer && answer.body instanceof Readable
}

/** Never shown as a page, whatever it holds. */
export function sendStreamed(
  reply: FastifyReply,
  { body, mediaType, fileName, release }: StreamedAnswer,
): FastifyReply {
  void reply.type(mediaType).header('x-content-type-options', 'nosniff').header('x-accel-buffering', 'no')
  if (fileName !== null) void reply.header('content-disposition', `attachment; filename="${fileName}"`)
  // A body that waits for something to say doesn't hear that nobody is there. Who left while it was begun isn't told of again.
  if (reply.raw.closed) {
    body.destroy()
    release()
  } else reply.raw.once('close', release)
  return reply.send(body)
}
