import { createBodyScanner } from './http/body-scanner.ts'
import type { Framing } from './http/framing.ts'
import { createHeadCollector } from './http/head-collector.ts'
import { Refusal } from './http/refusal.ts'
import type { RequestReader } from './request-reader.ts'

/** Finds the requests in what a connection brings. Holds nothing of it but a head that is not over yet. */
export interface RequestScanner {
  /** Whether a request is not over yet. */
  readonly isWithin: boolean
  /** @returns what goes on to the gateway: heads as they have been read, bodies byte for byte @throws Refusal */
  scan(bytes: Buffer): Buffer
}

/** @param first of the request whose head has been read already */
export function createRequestScanner(first: Framing, read: RequestReader): RequestScanner {
  const heads = createHeadCollector()
  let body = createBodyScanner(first)

  /** What goes on of the first part of these bytes, and the others; null while that is not known. */
  function scanPart(bytes: Buffer): { readonly passed: Buffer; readonly rest: Buffer } | null {
    if (body !== null) {
      const length = body.scan(bytes)
      if (body.isOver) body = null
      return { passed: bytes.subarray(0, length), rest: bytes.subarray(length) }
    }
    const collected = heads.take(bytes)
    if (collected === null) return null
    const { head, framing } = read(collected.head)
    if (framing.kind === 'websocket') throw new Refusal(400, 'a websocket begins a connection')
    body = createBodyScanner(framing)
    return { passed: head, rest: collected.rest }
  }

  return {
    get isWithin() {
      return body !== null || heads.isWithin
    },
    scan(bytes) {
      const passed: Buffer[] = []
      let part = scanPart(bytes)
      while (part !== null) {
        passed.push(part.passed)
        part = part.rest.length > 0 ? scanPart(part.rest) : null
      }
      // In one piece, so that it goes in one record of TLS.
      const [only] = passed
      return passed.length === 1 && only !== undefined ? only : Buffer.concat(passed)
    },
  }
}
