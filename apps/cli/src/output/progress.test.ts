import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Context } from '../context.ts'
import { defaultTimeouts } from '../gateway/timeouts.ts'
import { held } from '../testing/deferred.ts'
import { withProgress } from './progress.ts'

let said: string[]
beforeEach(() => {
  vi.useFakeTimers()
  said = []
})
afterEach(() => vi.useRealTimers())

function seat(interactive = true): Context {
  return {
    env: {},
    timeouts: defaultTimeouts,
    platform: 'linux',
    cwd: '/',
    configPath: '/nowhere',
    now: 0,
    print: (line) => void said.push(`print ${line}`),
    note: (line) => void said.push(`note ${line}`),
    instruct: (line) => void said.push(line),
    status: (line) => void said.push(`status ${line}`),
    readSecret: async () => '',
    readInput: async () => '',
    ask: async (question) => {
      said.push(`ask ${question}`)
      return 'y'
    },
    interactive,
    columns: 80,
    styled: false,
    openBrowser: async () => undefined,
    interruption: () => new AbortController().signal,
  }
}

test('what takes a second says what it waits for and for how long, and its answer takes the place of that', async () => {
  const work = held()
  const running = withProgress(seat(), 'asking the gateway', async (context) => {
    const outcome = await work.promise
    context.print('a line')
    context.print('another')
    return outcome
  })
  await vi.advanceTimersByTimeAsync(999)
  expect(said).toEqual([])
  await vi.advanceTimersByTimeAsync(1_001)
  expect(said).toEqual(['status asking the gateway … 1 s', 'status asking the gateway … 2 s'])
  work.end()
  expect(await running).toBe('done')
  await vi.advanceTimersByTimeAsync(10_000)
  expect(said.slice(2)).toEqual(['status ', 'print a line', 'print another'])
})

test('a question takes its place, too, and a failure leaves nothing behind', async () => {
  const work = held()
  const running = withProgress(seat(), 'asking', async ({ ask }) => {
    await work.promise
    await ask('sure?')
    throw new Error('no')
  })
  const outcome = expect(running).rejects.toThrow('no')
  await vi.advanceTimersByTimeAsync(1_000)
  work.end()
  await outcome
  await vi.advanceTimersByTimeAsync(10_000)
  expect(said).toEqual(['status asking … 1 s', 'status ', 'ask sure?'])
})

test.each([
  ['what is done at once', seat(), 'asking', 500],
  ['what has nothing to wait for', seat(), undefined, 5_000],
  ['where nobody sits at a terminal', seat(false), 'asking', 5_000],
])('%s says nothing', async (_, context, what, after) => {
  const work = held()
  const running = withProgress(context, what, () => work.promise)
  await vi.advanceTimersByTimeAsync(after)
  work.end()
  await running
  expect(said).toEqual([])
})
