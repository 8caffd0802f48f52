import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'

export interface StreamedResponse {
  readonly body: Readable
  readonly mediaType: string
  /** The file name for a browser's download; null for a response that is not a download. */
  readonly fileName: string | null
  /** Aborted when the caller must get no more bytes. */
  readonly cut: AbortSignal
  /** Called once, when the response was sent or the client disconnected. */
  readonly release: () => void
}

export function isStreamedResponse(result: unknown): result is StreamedResponse {
  return typeof result === 'object' && result !== null && 'body' in result && result.body instanceof Readable
}

/** The headers keep a browser from rendering a download, and a proxy from buffering the body. */
export function sendStream(
  reply: FastifyReply,
  { body, mediaType, fileName, cut, release }: StreamedResponse,
): FastifyReply {
  void reply.type(mediaType).header('x-accel-buffering', 'no')
  if (fileName !== null) void reply.header('content-disposition', `attachment; filename="${fileName}"`)
  // Discards what the gateway and the kernel have not sent yet. A response that was sent has no socket.
  cut.addEventListener('abort', () => reply.raw.socket?.resetAndDestroy())
  // An idle body does not notice a disconnect. `close` is not emitted again if the client disconnected before.
  if (reply.raw.closed) {
    body.destroy()
    release()
  } else reply.raw.once('close', release)
  return reply.send(body)
}
