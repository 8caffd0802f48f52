import type { Readable } from 'node:stream'

/**
 * Keeps an error of a stream from ending the process while no consumer listens yet.
 * The consumer still gets the error, because `Readable` keeps it.
 */
export function ignoreStreamErrors(stream: Readable): Readable {
  return stream.on('error', () => {})
}
