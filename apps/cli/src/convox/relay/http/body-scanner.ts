import { createChunkScanner } from './chunk-scanner.ts'
import type { BodyScanner, Framing } from './framing.ts'

/** @returns null if the request has no body */
export function createBodyScanner(framing: Framing): BodyScanner | null {
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
