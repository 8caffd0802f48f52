import { array, assert as check, integer, nat, property, uint8Array } from 'fast-check'
import { expect, test } from 'vitest'
import { createResponseReader, type ReadResponse } from './response-reader.ts'

function reading(chunks: readonly Buffer[]): ReadResponse[] {
  const responses: ReadResponse[] = []
  const read = createResponseReader((response) => responses.push({ ...response, body: Buffer.from(response.body) }))
  for (const chunk of chunks) read(chunk)
  return responses
}

function response(status: number, body: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status} Text\r\nContent-Length: ${body.length}\r\nA: b\r\n\r\n`), body])
}

test('answers are found wherever the chunks are cut', () => {
  const bodies = array(uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 5 })
  check(
    property(bodies, array(nat(200)), integer({ min: 200, max: 599 }), (bodies, cuts, status) => {
      const stream = Buffer.concat(bodies.map((body) => response(status, body)))
      const places = [0, ...cuts.map((cut) => cut % stream.length).sort((a, b) => a - b), stream.length]
      const chunks = places.slice(1).map((end, index) => stream.subarray(places[index], end))
      expect(reading(chunks)).toEqual(bodies.map((body) => ({ status, body: Buffer.from(body) })))
    }),
  )
})

test('a response that is not complete is not counted', () => {
  const whole = response(200, Buffer.from('ok'))
  expect(reading([whole.subarray(0, -1)])).toEqual([])
})

test('a body that looks like the end of a head is a body', () => {
  expect(reading([response(200, Buffer.from('\r\n\r\nHTTP/1.1 500'))])).toHaveLength(1)
})

test('a response in chunks is an error, not a wrong figure', () => {
  const chunked = Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n')
  expect(() => reading([chunked])).toThrow('has no Content-Length')
})
