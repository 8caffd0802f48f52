import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createCountedLog } from './unauthenticated-log.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function start() {
  const lines: unknown[] = []
  const write = (line: unknown) => void lines.push(line)
  return { lines, ...createCountedLog({ info: write, warn: write, error: write }) }
}

test('the first line of a kind is logged, and then the number of further lines every ten seconds', () => {
  const { note, lines } = start()
  for (let count = 0; count < 100; count++) note('a', 'info', { event: 'call', path: `/${count}` })
  note('b', 'info', { event: 'call', path: '/b' })
  expect(lines).toEqual([
    { event: 'call', path: '/0' },
    { event: 'call', path: '/b' },
  ])
  vi.advanceTimersByTime(10_000)
  expect(lines.slice(2)).toEqual([{ event: 'call', kind: 'a', times: 99, seconds: 10 }])
  note('a', 'info', { event: 'call', path: '/more' })
  vi.advanceTimersByTime(10_000)
  expect(lines.slice(3)).toEqual([{ event: 'call', kind: 'a', times: 1, seconds: 10 }])
  vi.advanceTimersByTime(60_000)
  note('a', 'info', { event: 'call', path: '/again' })
  expect(lines.slice(4)).toEqual([{ event: 'call', path: '/again' }])
})

test('the remaining count is logged when the gateway stops', () => {
  const { note, stop, lines } = start()
  for (let count = 0; count < 3; count++) note('a', 'warn', { event: 'x' })
  stop()
  expect(lines.at(-1)).toEqual({ event: 'x', kind: 'a', times: 2, seconds: 10 })
})

test('at most 100 kinds are counted separately', () => {
  const { note, lines } = start()
  for (let kind = 0; kind < 10_000; kind++) note(`kind ${kind}`, 'info', { event: 'call' })
  expect(lines).toHaveLength(101)
  vi.advanceTimersByTime(10_000)
  expect(lines.at(-1)).toMatchObject({ kind: 'others', times: 9_899 })
})
