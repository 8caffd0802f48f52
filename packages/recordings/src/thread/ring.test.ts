import { array, assert, constantFrom, integer, oneof, property, tuple } from 'fast-check'
import { expect, test } from 'vitest'
import { createRing, longestPiece, RingReader, RingWriter } from './ring.ts'

const size = 4 * longestPiece
const none = Buffer.alloc(0)

function sides(position = 0) {
  const shared = createRing(size, position)
  return { writer: new RingWriter(shared), reader: new RingReader(shared) }
}

/** What is left to be read, in its order. */
function readAll(reader: RingReader) {
  const read: { session: number; kind: number; at: number; text: string }[] = []
  while (reader.read(({ session, kind, at, piece }) => read.push({ session, kind, at, text: piece.toString() })) > 0);
  return read
}

test('what is written is read, in its order, with its session, kind and time', () => {
  const { writer, reader } = sides()
  expect(writer.write(7, 0x101, 12.5, Buffer.from('one'))).toBe(true)
  expect(writer.write(0xffff_fffe, 3, 0, none)).toBe(true)
  expect(readAll(reader)).toEqual([
    { session: 7, kind: 0x101, at: 12.5, text: 'one' },
    { session: 0xffff_fffe, kind: 3, at: 0, text: '' },
  ])
  expect(reader.read(() => expect.unreachable())).toBe(0)
})

test('what has no room isn’t written, and is when there is room', () => {
  const { writer, reader } = sides()
  const piece = Buffer.alloc(longestPiece, 'x')
  let written = 0
  while (writer.write(1, 0, 0, piece)) written += 1
  expect(written).toBe(3)
  expect(writer.write(1, 0, 0, piece)).toBe(false)
  reader.read(() => {})
  // At the beginning, for what is left at the end is too short.
  expect([writer.write(1, 0, 0, piece), writer.write(1, 0, 0, piece)]).toEqual([true, false])
  expect(readAll(reader).map(({ text }) => text.length)).toEqual([longestPiece, longestPiece, longestPiece])
})

// Lengths around the borders of entries and of the ring, and positions that begin anew at 2³².
const lengths = oneof(integer({ min: 0, max: 40 }), integer({ min: 0, max: longestPiece }), constantFrom(longestPiece))
const steps = array(tuple(lengths, integer({ min: 0, max: 4 })), { minLength: 1, maxLength: 200 })
const positions = constantFrom(0, 2 ** 32 - size, 2 ** 32 - 8, 2 ** 32 - 24, size - 16, size - 24, size - 8)

test('whatever is written and read in turns comes out as it went in', () => {
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

test('an entry that fails whoever reads it is read all the same', () => {
  const { writer, reader } = sides()
  writer.write(1, 0, 0, Buffer.from('one'))
  writer.write(2, 0, 0, Buffer.from('two'))
  const failing = () => {
    throw new Error('no')
  }
  expect(() => reader.read(failing)).toThrow('no')
  expect(readAll(reader)).toMatchObject([{ text: 'two' }])
})

test('who reads sleeps only while nothing waits, and is to be woken once', () => {
  const { writer, reader } = sides()
  expect(reader.sleep()).toBe(true)
  writer.write(1, 0, 0, none)
  expect([writer.asleep, writer.takeSleep(), writer.takeSleep(), writer.asleep]).toEqual([true, true, false, false])
  expect(reader.sleep()).toBe(false)
  expect(writer.asleep).toBe(false)
})

test('a wish for room is told once', () => {
  const { writer, reader } = sides()
  expect(reader.takeWish()).toBe(false)
  writer.wishForRoom()
  expect([reader.takeWish(), reader.takeWish()]).toEqual([true, false])
})
