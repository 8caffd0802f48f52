// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, cleanup, renderHook } from '@testing-library/react'
import type { ReactNode } from 'react'
import { afterEach, expect, test, vi } from 'vitest'
import { useChange } from './use-change.ts'

afterEach(cleanup)

const secret = 'rgt_secret'

function render(onDone?: () => void) {
  const client = new QueryClient()
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={client}>{children}</QueryClientProvider>
  )
  const hook = renderHook(() => useChange(async (token: string) => ({ token }), onDone), { wrapper })
  const kept = () =>
    client
      .getMutationCache()
      .getAll()
      .map(({ state }) => state)
  return { client, hook, kept }
}

test('a token in the request or response of a change is not cached after its dialog closes', async () => {
  const { hook, kept } = render()
  await act(() => hook.result.current.mutateAsync(secret))
  await vi.waitFor(() => expect(hook.result.current.data).toEqual({ token: secret }))
  expect(JSON.stringify(kept())).toContain(secret)
  act(() => hook.result.current.reset())
  hook.unmount()
  await vi.waitFor(() => expect(kept()).toEqual([]))
})

test('onDone is called after the queries were read again', async () => {
  const order: string[] = []
  const { client, hook } = render(() => order.push('done'))
  vi.spyOn(client, 'invalidateQueries').mockImplementation(async () => {
    order.push('read')
  })
  await act(() => hook.result.current.mutateAsync(secret))
  expect(order).toEqual(['read', 'done'])
})
