// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, renderHook, waitFor } from '@testing-library/react'
import type { ReactNode } from 'react'
import { afterEach, expect, test, vi } from 'vitest'
import { useNewRelease } from './use-new-release.ts'
import { useRevealedValues } from './use-revealed-values.ts'

vi.mock('../address/use-app.ts', () => ({ useApp: () => ({ rack: 'staging', app: 'web' }) }))
afterEach(cleanup)

const secret = 'S3CR3T'

/** A rack on which R2 is the newest release, and R1 runs. */
function respond(newest = 'R2') {
  const fetched = vi.fn(async (url: string, { method = 'GET' }: RequestInit) => {
    if (method === 'POST') return Response.json({ id: 'R3', env: '', manifest: '' })
    if (url.endsWith('/releases?limit=1')) return Response.json([{ id: newest }])
    if (url.endsWith('/apps/web')) return Response.json({ name: 'web', release: 'R1' })
    return Response.json({ id: 'R2', env: `KEY=${secret}\nOTHER=[hidden:R2:x]`, manifest: '' })
  })
  vi.stubGlobal('fetch', fetched)
  return fetched
}

function render<T>(hook: () => T) {
  const queryClient = new QueryClient({ defaultOptions: { mutations: { gcTime: 300_000 } } })
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>
  )
  const kept = () =>
    JSON.stringify(
      [queryClient.getMutationCache(), queryClient.getQueryCache()].map((cache) =>
        cache.getAll().map(({ state }) => state),
      ),
    )
  return { ...renderHook(hook, { wrapper }), kept }
}

test('a new environment is sent once, and is not cached', async () => {
  const fetched = respond()
  const created = vi.fn()
  const { result, unmount, kept } = render(() => useNewRelease({ newestId: 'R2', runningId: 'R1' }, created))
  result.current.create(`KEY=${secret}`)
  await waitFor(() => expect(created).toHaveBeenCalledWith('R3'))
  const [, init] = fetched.mock.lastCall ?? []
  expect(`${init?.body}`).toBe(`env=KEY%3D${secret}`)
  unmount()
  await waitFor(() => expect(kept()).not.toContain(secret))
})

test('no change is sent if another user created a release', async () => {
  const fetched = respond('R9')
  const { result } = render(() => useNewRelease({ newestId: 'R2', runningId: 'R1' }, () => {}))
  result.current.create(`KEY=${secret}`)
  await waitFor(() => expect(result.current.error?.message).toContain('the release R9 was created'))
  expect(fetched.mock.calls.map(([, { method }]) => method)).not.toContain('POST')
})

test('a revealed value is not cached, and is removed with the component', async () => {
  respond()
  const { result, unmount, kept } = render(() => useRevealedValues({ id: 'R2' }))
  result.current.reveal('KEY')
  await waitFor(() => expect(result.current.values.get('KEY')).toBe(secret))
  expect(kept()).not.toContain(secret)
  result.current.reveal('OTHER')
  await waitFor(() => expect(result.current.errorOf('OTHER')?.message).toContain('keeps the value of OTHER hidden'))
  unmount()
})
