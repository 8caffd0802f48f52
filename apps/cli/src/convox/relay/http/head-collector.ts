import { RequestError } from './request-error.ts'

const endOfHead = '\r\n\r\n'
const empty = Buffer.alloc(0)

/** The head of a message (its start line and header), and the bytes after it. */
export interface CollectedHead {
  /** Includes the empty line at the end. */
  readonly head: Buffer
  readonly rest: Buffer
}

/** Buffers the bytes of a head until it is complete. */
export interface HeadCollector {
  /** Whether a part of a head is buffered. */
  readonly isIncomplete: boolean
  /** @returns null until the head is complete @throws the error of `tooLong` */
  take(bytes: Buffer): CollectedHead | null
}

/** Bytes. The same limit as in the gateway. */
const maxLength = 64 * 1024

const headTooLong = () => new RequestError(431, 'The header is too long.')

export function createHeadCollector(tooLong: () => Error = headTooLong): HeadCollector {
  let buffer: Buffer = empty
  return {
    get isIncomplete() {
      return buffer.length > 0
    },
    take(bytes) {
      const from = Math.max(0, buffer.length - endOfHead.length + 1)
      buffer = buffer.length === 0 ? bytes : Buffer.concat([buffer, bytes])
      const at = buffer.indexOf(endOfHead, from, 'latin1')
      const end = at + endOfHead.length
      if (at === -1 ? buffer.length >= maxLength : end > maxLength) throw tooLong()
      if (at === -1) return null
      const collected = { head: buffer.subarray(0, end), rest: buffer.subarray(end) }
      buffer = empty
      return collected
    },
  }
}
