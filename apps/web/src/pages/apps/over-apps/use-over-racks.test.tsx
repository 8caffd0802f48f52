// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, cleanup, renderHook, waitFor } from '@testing-library/react'
import type { ReactNode } from 'react'
import { afterEach, expect, test, vi } from 'vitest'
import { rackPath } from '../../../api/rack-data/rack-path.ts'
import { readApps } from '../../../api/rack-data/readers.ts'
import { useOverRacks } from './use-over-racks.ts'

const racks = Array.from({ length: 50 }, (_, index) => `rack-${index}`)
vi.mock('../address/use-apps-search.ts', () => ({ useAppsSearch: () => ({ search: {} }) }))
vi.mock('../../../api/queries.ts', () => ({
  useMe: () => ({
    racks: [...racks, 'audited'],
    listPermissions: [{ racks, onAllApps: [], onSomeApps: ['app:list'] }],
  }),
}))

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

test('the first 20 of 50 racks are requested, four at a time, and a failing rack hides no other', async () => {
  let running = 0
  let most = 0
  const asked: string[] = []
  vi.stubGlobal('fetch', async (address: string) => {
    asked.push(address)
    running += 1
    most = Math.max(most, running)
    await Promise.resolve()
    running -= 1
    if (address.includes('/rack-3/')) return new Response('no', { status: 500, headers: { 'answered-by': 'rack' } })
    return new Response('[{"name":"web"}]')
  })
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={client}>{children}</QueryClientProvider>
  )
  const hook = renderHook(
    () => useOverRacks({ path: rackPath`/apps`, read: readApps, permission: 'app:list', of: 'apps' }),
    { wrapper },
  )
  await waitFor(() => expect(hook.result.current.rows.length).toBe(19))
  expect([asked.length, most, hook.result.current.total]).toEqual([20, 4, 50])
  expect(hook.result.current.calls.filter(({ error }) => error !== null).map(({ rack }) => rack)).toEqual(['rack-3'])
  act(() => hook.result.current.loadMore())
  await waitFor(() => expect(hook.result.current.rows.length).toBe(39))
  expect([asked.length, most]).toEqual([40, 4])
})
