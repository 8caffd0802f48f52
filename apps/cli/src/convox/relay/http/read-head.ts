import type { Duplex } from 'node:stream'
import { ConnectionBroken } from './forward-bytes.ts'

/** Bytes. A longer head is forwarded without being read. */
const maxLength = 64 * 1024

/**
 * Reads from `from` until the head of a message is complete, is too long, or the connection ends.
 *
 * @returns all bytes that were read, which can be more than the head
 * @throws ConnectionBroken if either connection fails
 */
export function readHead(from: Duplex, to: Duplex): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let bytes: Buffer = Buffer.alloc(0)
    function stop(): void {
      from.pause().off('data', onData).off('end', finish).off('close', fail)
      to.off('close', fail)
    }
    function finish(): void {
      stop()
      resolve(bytes)
    }
    function fail(): void {
      stop()
      reject(new ConnectionBroken())
    }
    function onData(chunk: Buffer): void {
      bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk])
      if (bytes.includes('\r\n\r\n') || bytes.length >= maxLength) finish()
    }
    if (from.destroyed || to.destroyed) return reject(new ConnectionBroken())
    from.on('end', finish).on('close', fail).on('data', onData).resume()
    to.on('close', fail)
  })
}
