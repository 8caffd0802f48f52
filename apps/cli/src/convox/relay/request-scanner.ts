import { createChunkScanner } from './http/chunk-scanner.ts'
import type { BodyScanner, Framing } from './http/framing.ts'
import { createHeadCollector } from './http/head-collector.ts'
import { RequestError } from './http/request-error.ts'
import type { RequestReader } from './request-reader.ts'

/** Finds the requests in the bytes of a connection. Buffers only an incomplete head. */
export interface RequestScanner {
  /** Whether the last request is not complete yet. */
  readonly isIncomplete: boolean
  /** @returns the bytes for the gateway: heads from the reader, and bodies unchanged @throws RequestError */
  scan(bytes: Buffer): Buffer
}

/** @param first the framing of the first request, whose head has been read */
export function createRequestScanner(first: Framing, read: RequestReader): RequestScanner {
  const heads = createHeadCollector()
  let body = createBodyScanner(first)

  /** @returns the output for the first head or body, and the remaining bytes; null if the head is incomplete */
  function scanPart(bytes: Buffer): { readonly output: Buffer; readonly rest: Buffer } | null {
    if (body !== null) {
      const length = body.scan(bytes)
      if (body.isComplete) body = null
      return { output: bytes.subarray(0, length), rest: bytes.subarray(length) }
    }
    const collected = heads.take(bytes)
    if (collected === null) return null
    const { head, framing } = read(collected.head)
    if (framing.kind === 'websocket')
      throw new RequestError(400, 'A websocket handshake must be the first request of its connection.')
    body = createBodyScanner(framing)
    return { output: head, rest: collected.rest }
  }

  return {
    get isIncomplete() {
      return body !== null || heads.isIncomplete
    },
    scan(bytes) {
      const outputs: Buffer[] = []
      let part = scanPart(bytes)
      while (part !== null) {
        outputs.push(part.output)
        part = part.rest.length > 0 ? scanPart(part.rest) : null
      }
      // One buffer, so that it is sent in one TLS record.
      const [only] = outputs
      return outputs.length === 1 && only !== undefined ? only : Buffer.concat(outputs)
    },
  }
}

/** @returns null if the request has no body */
function createBodyScanner(framing: Framing): BodyScanner | null {
  if (framing.kind === 'chunks') return createChunkScanner()
  return framing.kind === 'length' && framing.length > 0 ? createLengthScanner(framing.length) : null
}

function createLengthScanner(length: number): BodyScanner {
  let left = length
  return {
    get isComplete() {
      return left === 0
    },
    scan(bytes) {
      const taken = Math.min(left, bytes.length)
      left -= taken
      return taken
    },
  }
}
