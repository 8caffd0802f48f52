import { Readable } from 'node:stream'
import { watchMinimumRate } from './minimum-rate.ts'

export interface BodyOptions {
  /** Called with the size of each chunk in bytes. */
  readonly onBytes: (bytes: number) => void
  /** Milliseconds in which the source must send 1 KiB while the rack waits for data. */
  readonly timeout: number
}

/**
 * Copies a body into a separate stream. undici destroys the body when a rack answers early or disconnects. If undici
 * destroyed the caller's request, the response to the caller would be lost. Unread data stays in `source`.
 */
export function detachedBody(source: Readable, { onBytes, timeout }: BodyOptions): Readable {
  const rate = watchMinimumRate(timeout, (error) => body.destroy(error))
  const onData = (chunk: Buffer) => {
    rate.received(chunk.length)
    if (!body.push(chunk)) {
      rate.stopWaiting()
      source.pause()
    }
    onBytes(chunk.length)
  }
  const onEnd = () => {
    rate.stop()
    body.push(null)
  }
  const onClose = () => {
    if (source.readableAborted) body.destroy(new Error('the body broke off'))
  }
  const body = new Readable({
    read() {
      rate.startWaiting()
      source.resume()
    },
    destroy(error, done) {
      rate.stop()
      source.off('data', onData).off('end', onEnd).off('close', onClose).pause()
      done(error)
    },
  })
  // undici listens only when a connection is free, and an error without a listener would end the process.
  body.on('error', () => {})
  source.on('data', onData).on('end', onEnd).on('close', onClose).pause()
  // `onClose`, which runs next, handles the caller's error.
  source.on('error', () => {})
  if (source.closed) onClose()
  return body
}
