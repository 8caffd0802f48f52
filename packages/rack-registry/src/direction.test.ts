import { Duplex } from 'node:stream'
import { expect, test } from 'vitest'
import { Direction } from './direction.ts'
import { frame } from './testing/start-relay.ts'

/** A connection that accepts nothing, or everything. */
function connection(takes: 'nothing' | 'all') {
  const written: Buffer[] = []
  const stream = new Duplex({
    highWaterMark: takes === 'all' ? 1024 : 1,
    read() {},
    write(chunk, _encoding, done) {
      written.push(chunk)
      if (takes === 'all') done()
    },
  })
  return { stream, written }
}

const text = frame({ opcode: 1, payload: Buffer.from('hello') })

test('a slow side receives no pings', () => {
  const [source, sink] = [connection('all'), connection('nothing')]
  const direction = new Direction('server', source.stream, sink.stream, null)
  expect(direction.read(text)).toBeNull()
  for (let i = 0; i < 100; i++) direction.ping()
  expect([sink.stream.writableLength, source.stream.isPaused()]).toEqual([text.length, true])
})

test('a fast side receives a ping at once, but only one ping for all requests during a frame', () => {
  const [source, sink] = [connection('all'), connection('all')]
  const direction = new Direction('server', source.stream, sink.stream, null)
  direction.ping()
  direction.read(text.subarray(0, 4))
  for (let i = 0; i < 100; i++) direction.ping()
  direction.read(text.subarray(4))
  expect(Buffer.concat(sink.written).toString('hex')).toBe(`8900${text.toString('hex')}8900`)
})

test('the payload listener receives the direction and the original message', () => {
  const taps: unknown[] = []
  const [source, sink] = [connection('all'), connection('all')]
  const tap = (...args: unknown[]) => void taps.push(args)
  new Direction('server', source.stream, sink.stream, tap).read(text)
  new Direction('client', source.stream, sink.stream, tap).read(
    frame({ opcode: 2, payload: Buffer.from('hello') }, 0x01000000),
  )
  expect(taps).toEqual([
    ['out', 1, Buffer.from('hello'), 0, 0, true],
    ['in', 2, Buffer.from('ielln'), 0x01000000, 0, true],
  ])
})
