import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { waitUntilStable } from '@rack-gateway/testing/wait-until-stable'
import Fastify from 'fastify'
import { expect, onTestFinished, test } from 'vitest'
import type { PrincipalCall } from '../calls/call.ts'
import { sendStream } from '../calls/streamed-response.ts'
import { revocableStream } from './revocable-stream.ts'

const mebibyte = 1024 * 1024

/** A stream without end, at the speed of its reader. */
function endlessBody(onRead: () => void): Readable {
  return new Readable({
    read() {
      onRead()
      this.push(Buffer.alloc(64 * 1024, 'x'))
    },
  })
}

/** A body that ends, but is larger than what a socket takes at once. */
function largeBody(onRead: () => void): Readable {
  return Readable.from(
    (function* () {
      onRead()
      yield Buffer.alloc(8 * mebibyte, 'x')
      onRead()
    })(),
  )
}

test.each([
  ['an endless body', endlessBody, 0],
  ['a body that has ended', largeBody, 0],
  ['an endless body, after the time for a last message', endlessBody, 10],
])('a revoked client that reads nothing gets nothing more of %s', async (_, createBody, gracePeriod) => {
  let isRevoked = false
  let reads = 0
  let notify: () => void = () => undefined
  const call = {
    server: {
      identities: {
        onChange(listener: () => void) {
          notify = listener
          return () => undefined
        },
      },
      closing: new AbortController().signal,
    },
    async reauthorize() {
      if (isRevoked) throw new Error('Your session ended.')
    },
  } as unknown as PrincipalCall
  const app = Fastify()
  onTestFinished(() => app.close())
  const closed = new Promise<void>((resolve) => {
    app.server.once('connection', (socket) => socket.once('close', () => resolve()))
  })
  app.get('/', async (_request, reply) => {
    const body = createBody(() => {
      reads++
    })
    return sendStream(
      reply,
      await revocableStream(call, { gracePeriod }, async () => ({ body, mediaType: 'text/plain', fileName: null })),
    )
  })
  await app.listen({ port: 0 })
  const client = connect(Number(new URL(app.listeningOrigin).port), 'localhost').pause()
  client.write('GET / HTTP/1.1\r\nHost: gateway\r\n\r\n')
  await expect.poll(() => reads).toBeGreaterThan(1)
  await waitUntilStable(() => reads)

  isRevoked = true
  notify()
  await closed
  let bytes = 0
  client
    .on('error', () => undefined)
    .on('data', (chunk: Buffer) => {
      bytes += chunk.length
    })
  const ended = new Promise((resolve) => client.once('close', resolve))
  client.resume()
  await ended
  expect(bytes).toBeLessThan(mebibyte)
})
