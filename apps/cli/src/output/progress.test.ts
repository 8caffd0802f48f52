import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Context } from '../invocation/context.ts'
import { defaultTimeouts } from '../invocation/timeouts.ts'
import { createDeferred } from '../testing/deferred.ts'
import { withProgress } from './progress.ts'

let said: string[]
beforeEach(() => {
  vi.useFakeTimers()
  said = []
})
afterEach(() => vi.useRealTimers())

function createContext(interactive = true): Context {
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

test('after a second, the terminal shows the activity and its duration until the command prints', async () => {
  const work = createDeferred()
  const running = withProgress(createContext(), 'asking the gateway', async (context) => {
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

test('a question replaces the progress line, and a failure removes it', async () => {
  const work = createDeferred()
  const running = withProgress(createContext(), 'asking', async ({ ask }) => {
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
  ['in less than a second', createContext(), 'asking', 500],
  ['without an activity', createContext(), null, 5_000],
  ['without a terminal', createContext(false), 'asking', 5_000],
])('%s, there is no progress line', async (_, context, activity, after) => {
  const work = createDeferred()
  const running = withProgress(context, activity, () => work.promise)
  await vi.advanceTimersByTimeAsync(after)
  work.end()
  await running
  expect(said).toEqual([])
})
