import type { Duplex } from 'node:stream'

/** The connection ended within a message, or failed. */
export class ConnectionBroken extends Error {}

/**
 * Forwards with backpressure until the source ends. Uses events, because a promise per chunk would slow down the
 * relay.
 *
 * @param transform returns the bytes to forward
 * @throws ConnectionBroken, and the errors of `transform`
 */
export function forwardBytes(from: Duplex, to: Duplex, transform: (bytes: Buffer) => Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    function fail(error: unknown): void {
      from.off('data', onData)
      to.off('drain', onDrain)
      reject(error)
    }
    function onData(bytes: Buffer): void {
      try {
        const output = transform(bytes)
        if (output.length > 0 && !to.write(output)) from.pause()
      } catch (error) {
        fail(error)
      }
    }
    function onDrain(): void {
      from.resume()
    }
    if (from.readableEnded) return resolve()
    if (from.destroyed || to.destroyed) return reject(new ConnectionBroken())
    for (const socket of [from, to]) socket.once('close', () => fail(new ConnectionBroken()))
    from.once('end', resolve).on('data', onData).resume()
    to.on('drain', onDrain)
  })
}
