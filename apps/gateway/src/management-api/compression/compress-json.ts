import { promisify } from 'node:util'
import { gzip as gzipCallback } from 'node:zlib'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { compressCost } from '../../resource-account/costs.ts'
import { payerOf } from '../../resource-account/plugin.ts'
import { acceptsGzip } from './accepts-gzip.ts'

const gzip = promisify(gzipCallback)

/** Bytes. A smaller response fits into one packet anyway. */
const smallest = 1_024
/**
 * Bytes that are compressed at the same time. Reads of files and lookups of names use the same threads, so more would
 * delay them. A response that exceeds the limit is sent as it is.
 */
const maxPending = 4 * 1_024 * 1_024
let pending = 0

/** Compresses the body of a response, outside the main thread, if the client accepts gzip. */
export async function compressJson(
  app: FastifyInstance,
  request: FastifyRequest,
  reply: FastifyReply,
  body: Buffer,
): Promise<Buffer> {
  if (body.length < smallest || pending + body.length > maxPending) return body
  if (!acceptsGzip(request.headers['accept-encoding'])) return body
  app.costs.charge(payerOf(request), (body.length / 1_024) * compressCost)
  pending += body.length
  try {
    const compressed = await gzip(body)
    void reply.header('content-encoding', 'gzip')
    return compressed
  } finally {
    pending -= body.length
  }
}
