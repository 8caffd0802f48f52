import { Refusal } from './refusal.ts'

const endOfHead = '\r\n\r\n'
const none = Buffer.alloc(0)

/** A head, and the bytes that came with it and follow it. */
export interface Collected {
  /** With the empty line at its end. */
  readonly head: Buffer
  readonly rest: Buffer
}

/** Holds the bytes of a head that is not over yet. */
export interface HeadCollector {
  /** Whether a head has begun. */
  readonly isWithin: boolean
  /** @returns null while the head is not over @throws what `tooLong` makes of a longer one */
  take(bytes: Buffer): Collected | null
}

/** A head may be as long as the gateway takes it. In bytes. */
const longest = 64 * 1024

const headTooLong = () => new Refusal(431, 'the head is too long')

export function createHeadCollector(tooLong: () => Error = headTooLong): HeadCollector {
  let held: Buffer = none
  return {
    get isWithin() {
      return held.length > 0
    },
    take(bytes) {
      const from = Math.max(0, held.length - endOfHead.length + 1)
      held = held.length === 0 ? bytes : Buffer.concat([held, bytes])
      const at = held.indexOf(endOfHead, from, 'latin1')
      const end = at + endOfHead.length
      if (at === -1 ? held.length >= longest : end > longest) throw tooLong()
      if (at === -1) return null
      const collected = { head: held.subarray(0, end), rest: held.subarray(end) }
      held = none
      return collected
    },
  }
}
