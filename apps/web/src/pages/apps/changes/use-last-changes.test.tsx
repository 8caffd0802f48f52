// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, renderHook, waitFor } from '@testing-library/react'
import type { ReactNode } from 'react'
import { afterEach, expect, test, vi } from 'vitest'
import { useLastChanges } from './use-last-changes.ts'

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

test('an error is returned, and another attempt repeats only what failed', async () => {
  const asked: string[] = []
  let isWell = false
  vi.stubGlobal('fetch', async (address: string) => {
    asked.push(address)
    if (!isWell && address.includes('rack=down')) return new Response('', { status: 500 })
    return Response.json({ apps: [{ app: 'web', last: null }] })
  })
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={client}>{children}</QueryClientProvider>
  )
  const apps = ['down', 'staging'].map((rack) => ({ rack, app: 'web' }))
  const { result } = renderHook(() => useLastChanges(apps), { wrapper })
  await waitFor(() => expect(result.current.error?.message).toMatch('The gateway is not reachable.'))
  await waitFor(() => expect(apps.map(result.current.lastChangeOf)).toEqual([undefined, null]))
  isWell = true
  result.current.retry()
  await waitFor(() => expect(result.current.error).toBeNull())
  expect(apps.map(result.current.lastChangeOf)).toEqual([null, null])
  expect(asked).toHaveLength(3)
})
