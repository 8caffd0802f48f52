import type { Duplex } from 'node:stream'

/** The connection ended where it may not, or is broken. */
export class BrokenOff extends Error {}

/**
 * Passes on what comes, at the speed of who reads it. Each piece goes on in the turn of the event loop in which it comes: to
 * wait for it by a promise costs as much as all else that the relay does with it.
 *
 * @param turned what goes on of a piece
 * @returns when the end has come
 * @throws BrokenOff, and what `turned` throws
 */
export function flow(from: Duplex, to: Duplex, turned: (bytes: Buffer) => Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    function breakOff(error: unknown): void {
      from.off('data', onData)
      to.off('drain', onDrain)
      reject(error)
    }
    function onData(bytes: Buffer): void {
      try {
        const passed = turned(bytes)
        if (passed.length > 0 && !to.write(passed)) from.pause()
      } catch (error) {
        breakOff(error)
      }
    }
    function onDrain(): void {
      from.resume()
    }
    if (from.readableEnded) return resolve()
    if (from.destroyed || to.destroyed) return reject(new BrokenOff())
    for (const socket of [from, to]) socket.once('close', () => breakOff(new BrokenOff()))
    from.once('end', resolve).on('data', onData).resume()
    to.on('drain', onDrain)
  })
}
