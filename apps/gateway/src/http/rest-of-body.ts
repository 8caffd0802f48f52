import type { IncomingMessage } from 'node:http'
import { hasBody } from './body.ts'
import { BoundedMessage } from './bounded-message.ts'

/** Bytes. Before a fast client reads the response, several MiB of its body can be in the buffers of the kernel. */
export const maxRest = 16 * 1024 * 1024
/** Bytes. After an error, the gateway does not parse more than this of a body only to keep the connection. */
const largeRest = 64 * 1024

/** Whether a response with an error must end the connection, because much of the body has not arrived. */
export function isRestLarge(request: IncomingMessage): boolean {
  return hasBody(request) && !request.complete && restOf(request) > largeRest
}

/** Bytes of the body that were not parsed, up to `maxRest`. */
export function restOf(request: IncomingMessage): number {
  const length = Number(request.headers['content-length'] ?? maxRest)
  const received = request instanceof BoundedMessage ? request.receivedBytes : 0
  return Math.min(length - received, maxRest)
}
