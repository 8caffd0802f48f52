import { array, assert as check, nat, property, uint8Array } from 'fast-check'
import { expect, test } from 'vitest'
import { createBodyReader } from './body-reader.ts'

function reading(pieces: readonly Buffer[]): string[] {
  const bodies: string[] = []
  let parts: Buffer[] = []
  const read = createBodyReader({
    onBody: (part) => parts.push(Buffer.from(part)),
    onEnd() {
      bodies.push(Buffer.concat(parts).toString('hex'))
      parts = []
    },
  })
  for (const piece of pieces) read(piece)
  return bodies
}

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [0, ...places.map((place) => place % bytes.length).sort((a, b) => a - b), bytes.length]
  return ends.slice(1).map((end, index) => bytes.subarray(ends[index], end))
}

function inChunks(chunks: readonly Uint8Array[]): Buffer {
  const framed = chunks.flatMap((chunk) => [
    Buffer.from(`${chunk.length.toString(16)}\r\n`),
    chunk,
    Buffer.from('\r\n'),
  ])
  const head = Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
  return Buffer.concat([head, ...framed, Buffer.from('0\r\n\r\n')])
}

function withLength(body: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n`), body])
}

const places = array(nat(500))

test('a body in chunks is put together, wherever it is cut, and the next response is read', () => {
  const chunk = uint8Array({ minLength: 1, maxLength: 40 })
  check(
    property(array(chunk, { maxLength: 6 }), places, (chunks, cuts) => {
      const whole = Buffer.concat(chunks).toString('hex')
      expect(reading(cut(Buffer.concat([inChunks(chunks), inChunks(chunks)]), cuts))).toEqual([whole, whole])
    }),
  )
})

test('a body with a length is put together, wherever it is cut, and the next response is read', () => {
  check(
    property(uint8Array({ maxLength: 60 }), places, (body, cuts) => {
      const whole = Buffer.from(body).toString('hex')
      expect(reading(cut(Buffer.concat([withLength(body), withLength(body)]), cuts))).toEqual([whole, whole])
    }),
  )
})

test('a body that is not complete has no end', () => {
  expect(reading([inChunks([Buffer.from('a')]).subarray(0, -1)])).toEqual([])
  expect(reading([withLength(Buffer.from('ab')).subarray(0, -1)])).toEqual([])
})

test.each([
  ['HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n', 'was 403'],
  ['HTTP/1.1 200 OK\r\n\r\n', 'has no length'],
  ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n', 'no size'],
])('%j is an error', (text, message) => {
  expect(() => reading([Buffer.from(text)])).toThrow(message)
})
