import type { BodyScanner } from './framing.ts'
import { RequestError } from './request-error.ts'
import { parseField } from './request-head.ts'

type Part = 'size' | 'data' | 'end of data' | 'trailers'

/** The maximum length of a line in bytes, with its CR LF. For trailers: of all lines together. */
const maxLength: Readonly<Record<Part, number>> = { size: 14, data: 0, 'end of data': 2, trailers: 16 * 1024 }

/** Fields that would change the meaning of a request that was already forwarded. */
const forbiddenTrailers =
  /^(?:authorization|connection|content-.*|cookie|expect|host|keep-alive|origin|proxy-.*|sec-.*|step-up|te|trailer|transfer-encoding|upgrade)$/

/**
 * Buffers only an incomplete line. Rejects chunk extensions and lines that do not end with CR LF, because both have
 * been used for request smuggling.
 *
 * @see RFC 9112, section 7.1
 */
export function createChunkScanner(): BodyScanner {
  let part: Part = 'size'
  let line = ''
  let left = 0
  let trailersLength = 0
  let isComplete = false

  function takeLine(): void {
    if (part === 'size') {
      const [, digits] = /^([0-9A-Fa-f]{1,12})\r\n$/.exec(line) ?? []
      if (digits === undefined) throw new RequestError(400, 'The size of a chunk is not a number.')
      left = Number.parseInt(digits, 16)
      part = left === 0 ? 'trailers' : 'data'
    } else if (part === 'end of data') {
      if (line !== '\r\n') throw new RequestError(400, 'A chunk is longer than its size.')
      part = 'size'
    } else if (line === '\r\n') isComplete = true
    else takeTrailer()
    line = ''
  }

  function takeTrailer(): void {
    trailersLength += line.length
    const { name } = parseField(line.replace(/\r\n$/, ''))
    if (forbiddenTrailers.test(name))
      throw new RequestError(400, `The header field ${name} is not allowed after the body.`)
  }

  return {
    get isComplete() {
      return isComplete
    },
    scan(bytes) {
      let position = 0
      while (position < bytes.length && !isComplete) {
        if (part === 'data') {
          const taken = Math.min(left, bytes.length - position)
          position += taken
          left -= taken
          if (left === 0) part = 'end of data'
          continue
        }
        const end = bytes.indexOf('\n', position)
        const next = end === -1 ? bytes.length : end + 1
        if (line.length + trailersLength + next - position > maxLength[part])
          throw new RequestError(400, 'A line of the chunked body is too long.')
        line += bytes.toString('latin1', position, next)
        position = next
        if (end !== -1) takeLine()
      }
      return position
    },
  }
}
