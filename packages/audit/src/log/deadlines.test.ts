import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createDeadlines } from './deadlines.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => void vi.useRealTimers())

function watched(length: number) {
  const start = createDeadlines(length)
  const missed: string[] = []
  return { missed, start: (name: string) => start(() => missed.push(`${name} at ${performance.now() - begun}`)) }
}

let begun = 0
beforeEach(() => {
  begun = performance.now()
})

test('each deadline is missed after its own time, although all share a timer', () => {
  const { missed, start } = watched(100)
  start('first')
  vi.advanceTimersByTime(60)
  start('second')
  vi.advanceTimersByTime(40)
  expect(missed).toEqual(['first at 100'])
  vi.advanceTimersByTime(59)
  expect(missed).toHaveLength(1)
  vi.advanceTimersByTime(1)
  expect(missed).toEqual(['first at 100', 'second at 160'])
})

test('a stopped deadline is never missed, and the next one has its whole time', () => {
  const { missed, start } = watched(100)
  start('first').stop()
  vi.advanceTimersByTime(90)
  start('second')
  vi.advanceTimersByTime(99)
  expect(missed).toEqual([])
  vi.advanceTimersByTime(1)
  expect(missed).toEqual(['second at 190'])
})

test('an extended deadline begins again, behind those that started meanwhile', () => {
  const { missed, start } = watched(100)
  const first = start('first')
  vi.advanceTimersByTime(50)
  start('second')
  vi.advanceTimersByTime(10)
  first.extend()
  vi.advanceTimersByTime(200)
  expect(missed).toEqual(['second at 150', 'first at 160'])
})

test('a missed deadline cannot be extended', () => {
  const { missed, start } = watched(100)
  const first = start('first')
  vi.advanceTimersByTime(100)
  first.extend()
  vi.advanceTimersByTime(500)
  expect(missed).toEqual(['first at 100'])
})

test('a deadline can start another one', () => {
  const start = createDeadlines(100)
  const missed: string[] = []
  start(() => {
    missed.push('first')
    start(() => missed.push('second'))
  })
  vi.advanceTimersByTime(100)
  expect(missed).toEqual(['first'])
  vi.advanceTimersByTime(100)
  expect(missed).toEqual(['first', 'second'])
})

test('any number of deadlines need one timer at a time', () => {
  const { start } = watched(100)
  for (let turn = 0; turn < 50; turn++) {
    start('one').stop()
    vi.advanceTimersByTime(1)
  }
  expect(vi.getTimerCount()).toBe(1)
  vi.advanceTimersByTime(100)
  expect(vi.getTimerCount()).toBe(0)
})
