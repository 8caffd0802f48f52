// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, renderHook, waitFor } from '@testing-library/react'
import type { ReactNode } from 'react'
import { afterEach, expect, test, vi } from 'vitest'
import { readRelease } from '../../../../api/rack-data/readers.ts'
import { usePromotion } from './use-promotion.ts'

vi.mock('../address/use-app.ts', () => ({ useApp: () => ({ rack: 'staging', app: 'web' }) }))
afterEach(cleanup)

const older = readRelease({ id: 'R1', build: 'B1', env: 'KEY=[hidden:R1:mac]\nA=1\n' })

/** A rack on which R2 runs. @returns the requests that change the rack */
function respond(statusOfPromotion = 200) {
  const changes: string[] = []
  vi.stubGlobal('fetch', async (url: string, { method = 'GET', body }: RequestInit) => {
    if (method !== 'GET') changes.push(`${url.replace(/.*apps/, '')} ${body ?? ''}`)
    if (url.endsWith('/promote'))
      return new Response('busy', { status: statusOfPromotion, headers: { 'answered-by': 'rack' } })
    return Response.json({ id: 'R3', name: 'web', release: 'R2', status: 'running' })
  })
  return changes
}

function render() {
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>
  )
  return renderHook(() => usePromotion(), { wrapper }).result
}

test('a release is promoted as the CLI does', async () => {
  const changes = respond()
  const result = render()
  result.current.start({ release: older, kind: 'promote', runningId: 'R2' })
  await waitFor(() => expect(result.current.isSuccess).toBe(true))
  expect(changes).toEqual(['/web/releases/R1/promote force=false'])
})

test('a roll back sends the masked environment as it is, and promotes the copy', async () => {
  const changes = respond()
  const result = render()
  result.current.start({ release: older, kind: 'roll-back', runningId: 'R2' })
  await waitFor(() => expect(result.current.isSuccess).toBe(true))
  expect(changes).toEqual([
    `/web/releases ${new URLSearchParams({ build: 'B1', env: older.env })}`,
    '/web/releases/R3/promote force=false',
  ])
})

test('no change is sent if the running release is not the one that the person compared', async () => {
  const changes = respond()
  const result = render()
  result.current.start({ release: older, kind: 'roll-back', runningId: 'R0' })
  await waitFor(() => expect(result.current.error?.message).toContain('the release R2 was promoted'))
  expect(changes).toEqual([])
})

test('after a failed rollback, the ID of the copy is known', async () => {
  respond(403)
  const result = render()
  result.current.start({ release: older, kind: 'roll-back', runningId: 'R2' })
  await waitFor(() => expect(result.current.error?.message).toBe('Rack staging answered with 403: busy'))
  expect(result.current.targetId).toBe('R3')
})
