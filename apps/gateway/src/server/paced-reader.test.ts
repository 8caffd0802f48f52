import { Socket } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createPacedReader } from './paced-reader.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout'] }))
afterEach(() => vi.useRealTimers())

function createSockets(count: number) {
  const sockets = Array.from({ length: count }, () => new Socket())
  const reading = () => sockets.map((socket) => !socket.isPaused())
  for (const socket of sockets) socket.pause()
  return { sockets, reading }
}

test('two sockets are read in an interval, and the others wait for theirs', () => {
  const { sockets, reading } = createSockets(5)
  const reader = createPacedReader()
  for (const socket of sockets) reader.read(socket)
  expect(reading()).toEqual([true, true, false, false, false])
  vi.advanceTimersByTime(10)
  expect(reading()).toEqual([true, true, true, true, false])
  vi.advanceTimersByTime(10)
  expect(reading()).toEqual([true, true, true, true, true])
})

test('a socket that is read again waits behind the others', () => {
  const { sockets, reading } = createSockets(3)
  const reader = createPacedReader()
  for (const socket of sockets) reader.read(socket)
  for (const socket of sockets.slice(0, 2)) reader.read(socket)
  expect(reading()).toEqual([false, false, false])
  vi.advanceTimersByTime(10)
  expect(reading()).toEqual([true, false, true])
})

test('a socket that is forgotten takes no place', () => {
  const { sockets, reading } = createSockets(4)
  const reader = createPacedReader()
  for (const socket of sockets) reader.read(socket)
  for (const socket of sockets.slice(2, 3)) reader.forget(socket)
  vi.advanceTimersByTime(10)
  expect(reading()).toEqual([true, true, false, true])
  expect(vi.getTimerCount()).toBe(1)
  vi.advanceTimersByTime(10)
  expect(vi.getTimerCount()).toBe(0)
})
