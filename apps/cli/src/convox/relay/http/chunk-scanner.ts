import type { BodyScanner } from './framing.ts'
import { Refusal } from './refusal.ts'
import { parseField } from './request-head.ts'

type Part = 'size' | 'data' | 'end of data' | 'trailers'

/** Bytes with the end of the line; all trailers together. */
const longest: Readonly<Record<Part, number>> = { size: 14, data: 0, 'end of data': 2, trailers: 16 * 1024 }

/** What would change the meaning of a request that is under way already. */
const neverInTrailers =
  /^(?:authorization|connection|content-.*|cookie|expect|host|keep-alive|origin|proxy-.*|sec-.*|te|trailer|transfer-encoding|upgrade)$/

/**
 * Finds where a body in chunks ends, and holds nothing of it but the line that is not over yet.
 *
 * Chunk extensions mean nothing to anybody, and have hidden requests from readers that end lines elsewhere: they are
 * refused, and so is a line that doesn't end with CR LF.
 *
 * @see RFC 9112, section 7.1
 */
export function createChunkScanner(): BodyScanner {
  let part: Part = 'size'
  let line = ''
  let left = 0
  let trailers = 0
  let isOver = false

  function takeLine(): void {
    if (part === 'size') {
      const [, digits] = /^([0-9A-Fa-f]{1,12})\r\n$/.exec(line) ?? []
      if (digits === undefined) throw new Refusal(400, 'the size of a chunk is not a number')
      left = Number.parseInt(digits, 16)
      part = left === 0 ? 'trailers' : 'data'
    } else if (part === 'end of data') {
      if (line !== '\r\n') throw new Refusal(400, 'a chunk is longer than it says')
      part = 'size'
    } else if (line === '\r\n') isOver = true
    else takeTrailer()
    line = ''
  }

  function takeTrailer(): void {
    trailers += line.length
    const { name } = parseField(line.replace(/\r\n$/, ''))
    if (neverInTrailers.test(name)) throw new Refusal(400, `the header field ${name} may not come after the body`)
  }

  return {
    get isOver() {
      return isOver
    },
    scan(bytes) {
      let at = 0
      while (at < bytes.length && !isOver) {
        if (part === 'data') {
          const taken = Math.min(left, bytes.length - at)
          at += taken
          left -= taken
          if (left === 0) part = 'end of data'
          continue
        }
        const end = bytes.indexOf('\n', at)
        const next = end === -1 ? bytes.length : end + 1
        if (line.length + trailers + next - at > longest[part])
          throw new Refusal(400, 'a line of the body in chunks is too long')
        line += bytes.toString('latin1', at, next)
        at = next
        if (end !== -1) takeLine()
      }
      return at
    },
  }
}
