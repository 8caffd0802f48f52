import type { Readable } from 'node:stream'

/**
 * Prevents an error from ending the process before a consumer listens.
 * A later consumer still gets the error, because `Readable` keeps it.
 */
export function ignoreStreamErrors(stream: Readable): Readable {
  return stream.on('error', () => {})
}
