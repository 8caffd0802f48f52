// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, cleanup, renderHook } from '@testing-library/react'
import type { ReactNode } from 'react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ApiError } from '../../../api/errors/api-error.ts'
import { useNewestResult } from './use-newest-result.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

const body = { error: 'One at a time.', code: 'RGW_TOO_MANY_REQUESTS', rule: 'check-limit' }
const busy = new ApiError(429, body as ApiError['body'])

/** Questions wait until the test results them, even if they were aborted. */
function start() {
  const open: { text: string; signal: AbortSignal; resolve: (text: string) => void; reject: (error: Error) => void }[] =
    []
  const onResult = vi.fn()
  const ask = (text: string, signal: AbortSignal) =>
    new Promise<string>((resolve, reject) => {
      open.push({ text, signal, resolve, reject })
    })
  const client = new QueryClient()
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={client}>{children}</QueryClientProvider>
  )
  const hook = renderHook(() => useNewestResult(ask, onResult), { wrapper })
  return {
    open,
    onResult,
    hook,
    state: () => hook.result.current,
    ask: (text: string) => act(async () => hook.result.current.ask(text)),
    settle: (work: () => void = () => {}) =>
      act(async () => {
        work()
        await vi.advanceTimersByTimeAsync(500)
      }),
  }
}

test('an older result never replaces a newer one, whichever comes first', async () => {
  const { open, onResult, state, ask, settle } = start()
  await ask('old')
  await ask('new')
  expect(open.map(({ text, signal }) => [text, signal.aborted])).toEqual([
    ['old', true],
    ['new', false],
  ])
  await settle(() => open[1]?.resolve('to the new one'))
  await settle(() => open[0]?.resolve('to the old one'))
  expect(state()).toMatchObject({ askedValues: 'new', result: 'to the new one', error: null, isPending: false })
  expect(onResult.mock.calls).toEqual([['to the new one']])
})

test('an aborted older question is not an error', async () => {
  const { open, state, ask, settle } = start()
  await ask('old')
  await ask('new')
  await settle(() => open[0]?.reject(new DOMException('aborted', 'AbortError')))
  expect(state()).toMatchObject({ error: null, isPending: true })
})

test('a question that replaces another waits until the gateway has ended the other', async () => {
  const { open, state, ask, settle } = start()
  await ask('old')
  await ask('new')
  await settle(() => open[1]?.reject(busy))
  expect(open.map(({ text }) => text)).toEqual(['old', 'new', 'new'])
  await settle(() => open[2]?.resolve('a result'))
  expect(state()).toMatchObject({ result: 'a result', error: null })
})

test('without an older question, the limit of the gateway is shown at once', async () => {
  const { open, state, ask, settle } = start()
  await ask('first')
  await settle(() => open[0]?.reject(busy))
  expect(state()).toMatchObject({ error: busy, isPending: false })
  expect(open.length).toBe(1)
})

test('leaving the page ends the question', async () => {
  const { open, onResult, hook, ask, settle } = start()
  await ask('first')
  hook.unmount()
  expect(open[0]?.signal.aborted).toBe(true)
  await settle(() => open[0]?.resolve('late'))
  expect(onResult).not.toHaveBeenCalled()
})
