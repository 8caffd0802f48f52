import { encodeFrame, opcodes } from '@rack-gateway/testing/websocket'
import { expect, test } from 'vitest'
import { type EchoOptions, echo } from './echo.ts'

const accepted = Buffer.from('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n')
const back = encodeFrame({ opcode: opcodes.text, payload: Buffer.alloc(1_000, 'an echo of one kilobyte ') })

function reading(options: EchoOptions = {}) {
  let responses = 0
  const read = echo(Buffer.alloc(0), options).createReader(() => responses++)
  return { read, responses: () => responses }
}

test('an accepted upgrade and each whole frame count once, wherever they are cut', () => {
  const { read, responses } = reading()
  for (const byte of accepted) read(Buffer.from([byte]))
  expect(responses()).toBe(1)
  for (const piece of [back.subarray(0, 3), back.subarray(3, 500), back.subarray(500)]) read(piece)
  expect(responses()).toBe(2)
  read(back)
  expect(responses()).toBe(3)
})

test('a refused upgrade is an error', () => {
  expect(() => reading().read(Buffer.from('HTTP/1.1 403 Forbidden\r\n\r\n'))).toThrow('answered with 403')
})

test('an echo that is not the same is an error', () => {
  const { read } = reading()
  read(accepted)
  expect(() => read(Buffer.from('\x81\x01x'))).toThrow('came back changed')
})

test('more than was sent is an error', () => {
  const { read } = reading()
  read(accepted)
  expect(() => read(Buffer.concat([back, Buffer.from('x')]))).toThrow('came back changed')
  expect(() => reading().read(Buffer.concat([accepted, back]))).toThrow('before the first frame')
  reading().read(Buffer.concat([accepted, Buffer.from([0x89, 0])]))
})

test('frames that were sent together are one answer, when the last one has come', () => {
  const { read, responses } = reading({ atOnce: 3 })
  read(accepted)
  read(Buffer.concat([back, Buffer.from([0x89, 0]), back, back.subarray(0, 7)]))
  expect(responses()).toBe(1)
  read(back.subarray(7))
  expect(responses()).toBe(2)
  read(Buffer.concat([back, back, back]))
  expect(responses()).toBe(3)
  expect(() => read(Buffer.concat([back, back, back, back]))).toThrow('came back changed')
})

test('pings and pongs between frames are ignored, however they are split', () => {
  const { read, responses } = reading()
  read(accepted)
  const pinged = Buffer.concat([Buffer.from([0x89, 0]), Buffer.from([0x8a, 2, 1, 2]), back])
  read(pinged)
  expect(responses()).toBe(2)
  for (const byte of pinged) read(Buffer.from([byte]))
  read(pinged.subarray(0, 5))
  read(pinged.subarray(5))
  expect(responses()).toBe(4)
  read(Buffer.concat([back, Buffer.from([0x89, 1])]))
  read(Buffer.from([7]))
  read(back)
  expect(responses()).toBe(6)
  expect(() => read(Buffer.from([0x88, 0]))).toThrow('came back changed')
})
