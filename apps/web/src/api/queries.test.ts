import { onlineManager, QueryObserver } from '@tanstack/react-query'
import { afterEach, expect, test, vi } from 'vitest'
import { NoResponse } from './errors/api-error.ts'
import { createQueryClient } from './queries.ts'
import { rackQuery } from './rack-data/queries.ts'
import { rackPath } from './rack-data/rack-path.ts'
import { readApps } from './rack-data/readers.ts'

afterEach(() => onlineManager.setOnline(true))

test('a query is not repeated when the network comes back', async () => {
  const client = createQueryClient()
  client.mount()
  const asked = vi.fn(async () => 1)
  const control = vi.fn(async () => 1)
  const stops = [
    new QueryObserver(client, { queryKey: ['asked'], queryFn: asked, staleTime: 0 }),
    new QueryObserver(client, { queryKey: ['control'], queryFn: control, staleTime: 0, refetchOnReconnect: true }),
  ].map((observer) => observer.subscribe(() => {}))
  await vi.waitFor(() => expect(client.isFetching()).toBe(0))
  onlineManager.setOnline(false)
  onlineManager.setOnline(true)
  await vi.waitFor(() => expect(control).toHaveBeenCalledTimes(2))
  expect(asked).toHaveBeenCalledOnce()
  for (const stop of stops) stop()
  client.unmount()
})

test('a rack whose response breaks off is not asked again', async () => {
  const fetched = vi.fn(async () => new Response(new ReadableStream({ pull: (body) => body.error(new TypeError()) })))
  vi.stubGlobal('fetch', fetched)
  const observer = new QueryObserver(createQueryClient(), rackQuery('staging', rackPath`/apps`, readApps))
  const stop = observer.subscribe(() => {})
  await vi.waitFor(() => expect(observer.getCurrentResult().error).toBeInstanceOf(NoResponse))
  expect(fetched).toHaveBeenCalledOnce()
  stop()
})
