import { Readable } from 'node:stream'
import { watchRate } from './minimum-rate.ts'

export interface BodyOptions {
  /** Told of the bytes of each piece. */
  readonly passed: (bytes: number) => void
  /** Milliseconds in which the source has to bring 1 KiB while the rack waits for it. */
  readonly timeout: number
}

/**
 * The same bytes at the same pace in a stream of its own. undici destroys the body that it is given when a rack
 * answers early or breaks off; given the caller's request itself, the answer to that caller would be lost too.
 * What the rack doesn't take is left in `source`, paused.
 */
export function detachedBody(source: Readable, { passed, timeout }: BodyOptions): Readable {
  const rate = watchRate(timeout, (error) => body.destroy(error))
  const onData = (chunk: Buffer) => {
    rate.came(chunk.length)
    if (!body.push(chunk)) {
      rate.rest()
      source.pause()
    }
    passed(chunk.length)
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
      rate.wait()
      source.resume()
    },
    destroy(error, done) {
      rate.stop()
      source.off('data', onData).off('end', onEnd).off('close', onClose).pause()
      done(error)
    },
  })
  // undici listens only once a connection is free, and an error that nobody listens for ends the process
  body.on('error', () => {})
  source.on('data', onData).on('end', onEnd).on('close', onClose).pause()
  // the error itself is the caller's; `close` follows
  source.on('error', () => {})
  if (source.closed) onClose()
  return body
}
