import type { IncomingMessage } from 'node:http'
import { watchMinimumRate } from '@rack-gateway/rack-registry'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { BadFrame, BodyTooLarge } from '../errors/errors.ts'

/** Bytes. The largest forms contain environments or certificates. The forms of the stock CLI are far smaller. */
export const formLimit = 4 * 1024 * 1024

/** Bytes. A larger form is read in turns with other work. */
export const smallForm = 64 * 1024

/** The maximum size of a form in bytes, according to its headers. */
export function sizeOfForm({ headers }: IncomingMessage): number {
  return Math.min(Number(headers['content-length'] ?? formLimit), formLimit)
}

export function hasBody(request: IncomingMessage): boolean {
  const length = request.headers['content-length']
  return request.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0')
}

/**
 * Reads at most `formLimit` bytes.
 *
 * @param timeout milliseconds in which at least 1 KiB must arrive
 */
export async function readForm(request: FastifyRequest, reply: FastifyReply, timeout: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > formLimit) throw tooLarge()
  allowBody(request, reply)
  const { raw } = request
  const length = Number(request.headers['content-length'] ?? 0)
  // Without a second copy of a large form, and without its chunks, which are collected while it arrives.
  const whole = length > smallForm ? Buffer.allocUnsafeSlow(length) : null
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const rate = watchMinimumRate(timeout, settle)
    function onData(chunk: Buffer): void {
      rate.received(chunk.length)
      if (whole === null) chunks.push(chunk)
      else chunk.copy(whole, size)
      size += chunk.length
      if (size > formLimit) settle(tooLarge())
    }
    function settle(error: Error | null): void {
      rate.stop()
      raw.off('data', onData).pause()
      if (error !== null) reject(error)
      else if (whole !== null) resolve(whole.subarray(0, size))
      else resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks))
    }
    rate.startWaiting()
    raw.on('error', () => settle(brokenOff())).on('close', () => settle(brokenOff()))
    raw.on('end', () => settle(null)).on('data', onData)
    if (raw.destroyed) settle(brokenOff())
  })
}

/** Answers `Expect: 100-continue` when the gateway starts to read the body. */
export function allowBody(request: FastifyRequest, reply: FastifyReply): void {
  if (!request.raw.expectsContinue) return
  request.raw.expectsContinue = false
  reply.raw.writeContinue()
}

/** For a broken chunk or a client that disconnected. Only the event shows this error. */
function brokenOff(): Error {
  return new BadFrame('The form broke off before its end.', 'Send all of it.', { rule: 'form-broken' })
}

function tooLarge(): Error {
  return new BodyTooLarge(
    `The form is larger than ${formLimit / 1024 / 1024} MiB, which is the limit.`,
    'Send a smaller form.',
    { rule: 'form-size' },
  )
}
