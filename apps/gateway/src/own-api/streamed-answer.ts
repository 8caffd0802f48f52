import type { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'

/** An answer that is written while it is read. */
export class StreamedAnswer {
  readonly body: Readable
  readonly mediaType: string
  /** Under which name a browser keeps it; null for what isn't kept. */
  readonly fileName: string | null

  constructor(body: Readable, mediaType: string, fileName: string | null = null) {
    this.body = body
    this.mediaType = mediaType
    this.fileName = fileName
  }
}

/** Never shown as a page, whatever it holds. */
export function sendStreamed(reply: FastifyReply, { body, mediaType, fileName }: StreamedAnswer): FastifyReply {
  void reply.type(mediaType).header('x-content-type-options', 'nosniff').header('x-accel-buffering', 'no')
  if (fileName !== null) void reply.header('content-disposition', `attachment; filename="${fileName}"`)
  return reply.send(body)
}
