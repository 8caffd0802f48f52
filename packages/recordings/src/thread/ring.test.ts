import { array, assert, constantFrom, integer, oneof, property, tuple } from 'fast-check'
import { expect, test } from 'vitest'
import { createRing, maxPieceBytes, RingReader, RingWriter } from './ring.ts'

const size = 4 * maxPieceBytes
const none = Buffer.alloc(0)

function sides(position = 0) {
  const shared = createRing(size, position)
  return { writer: new RingWriter(shared), reader: new RingReader(shared) }
}

function readAll(reader: RingReader) {
  const read: { session: number; kind: number; at: number; text: string }[] = []
  while (reader.read(({ session, kind, at, piece }) => read.push({ session, kind, at, text: piece.toString() })) > 0);
  return read
}

test('entries are read in order, with session, kind, and time', () => {
  const { writer, reader } = sides()
  expect(writer.write(7, 0x101, 12.5, Buffer.from('one'))).toBe(true)
  expect(writer.write(0xffff_fffe, 3, 0, none)).toBe(true)
  expect(readAll(reader)).toEqual([
    { session: 7, kind: 0x101, at: 12.5, text: 'one' },
    { session: 0xffff_fffe, kind: 3, at: 0, text: '' },
  ])
  expect(reader.read(() => expect.unreachable())).toBe(0)
})

test('a write without room fails, and succeeds once there is room', () => {
  const { writer, reader } = sides()
  const piece = Buffer.alloc(maxPieceBytes, 'x')
  let written = 0
  while (writer.write(1, 0, 0, piece)) written += 1
  expect(written).toBe(3)
  expect(writer.write(1, 0, 0, piece)).toBe(false)
  reader.read(() => {})
  // The entry is at the beginning, because the rest at the end is too short.
  expect([writer.write(1, 0, 0, piece), writer.write(1, 0, 0, piece)]).toEqual([true, false])
  expect(readAll(reader).map(({ text }) => text.length)).toEqual([maxPieceBytes, maxPieceBytes, maxPieceBytes])
})

// Lengths near the limits of entries and of the ring, and positions near the wrap-around at 2³².
const lengths = oneof(
  integer({ min: 0, max: 40 }),
  integer({ min: 0, max: maxPieceBytes }),
  constantFrom(maxPieceBytes),
)
const steps = array(tuple(lengths, integer({ min: 0, max: 4 })), { minLength: 1, maxLength: 200 })
const positions = constantFrom(0, 2 ** 32 - size, 2 ** 32 - 8, 2 ** 32 - 24, size - 16, size - 24, size - 8)

test('any order of writes and reads returns the entries unchanged', () => {
  assert(
    property(positions, steps, (position, given) => {
      const { writer, reader } = sides(position)
      const waiting: { readonly count: number; readonly length: number }[] = []
      let count = 0
      function readOne() {
        const next = waiting.shift()
        const taken = reader.read(({ session, at, piece }) => {
          expect([session, at, piece.length]).toEqual([next?.count, (next?.count ?? 0) / 8, next?.length])
          expect(piece.equals(Buffer.alloc(piece.length, session & 0xff))).toBe(true)
        })
        expect(taken > 0).toBe(next !== undefined)
      }
      for (const [length, reads] of given) {
        const piece = Buffer.alloc(length, count & 0xff)
        while (!writer.write(count, 0, count / 8, piece)) {
          expect(waiting.length).toBeGreaterThan(0)
          readOne()
        }
        waiting.push({ count, length })
        count += 1
        for (let read = 0; read < reads; read++) readOne()
      }
      while (waiting.length > 0) readOne()
      expect([writer.waiting, reader.waiting]).toEqual([0, 0])
    }),
  )
})

test('an entry counts as read even if its handler throws', () => {
  const { writer, reader } = sides()
  writer.write(1, 0, 0, Buffer.from('one'))
  writer.write(2, 0, 0, Buffer.from('two'))
  const failing = () => {
    throw new Error('no')
  }
  expect(() => reader.read(failing)).toThrow('no')
  expect(readAll(reader)).toMatchObject([{ text: 'two' }])
})

test('the reader sleeps only while the ring is empty, and is woken once', () => {
  const { writer, reader } = sides()
  expect(reader.sleep()).toBe(true)
  writer.write(1, 0, 0, none)
  expect([writer.isReaderAsleep, writer.takeSleepFlag(), writer.takeSleepFlag(), writer.isReaderAsleep]).toEqual([
    true,
    true,
    false,
    false,
  ])
  expect(reader.sleep()).toBe(false)
  expect(writer.isReaderAsleep).toBe(false)
})

test('a room request is seen once', () => {
  const { writer, reader } = sides()
  expect(reader.takeRoomRequest()).toBe(false)
  writer.requestRoom()
  expect([reader.takeRoomRequest(), reader.takeRoomRequest()]).toEqual([true, false])
})
