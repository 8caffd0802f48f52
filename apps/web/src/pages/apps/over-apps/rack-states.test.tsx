// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider, useQueries } from '@tanstack/react-query'
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { rackPath } from '../../../api/rack-data/rack-path.ts'
import { readApps } from '../../../api/rack-data/readers.ts'
import { limitedRackQuery } from './limited-rack-query.ts'
import { RackStates } from './rack-states.tsx'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  cleanup()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

interface ListedApp {
  readonly rack: string
  readonly app: string
}

function List({ apps }: { readonly apps: readonly ListedApp[] }) {
  const queries = apps.map(({ rack, app }) => limitedRackQuery(rack, rackPath`/apps/${app}/builds`, readApps))
  const calls = useQueries({ queries }).map((call, index) => ({
    ...call,
    rack: apps[index]?.rack ?? '',
    queryKey: queries[index]?.queryKey ?? [],
  }))
  return <RackStates calls={calls} />
}

const pass = (milliseconds: number) => act(() => vi.advanceTimersByTimeAsync(milliseconds))

/** Shows a list that makes one call for each app. The test responds to each call with `respond`. */
async function show(apps: readonly ListedApp[]) {
  const asked: string[] = []
  const responders: ((response: Response) => void)[] = []
  vi.stubGlobal('fetch', (address: string) => {
    asked.push(address.split('/').slice(-4).join('/'))
    return new Promise<Response>((resolve) => responders.push(resolve))
  })
  render(
    <QueryClientProvider client={new QueryClient()}>
      <List apps={apps} />
    </QueryClientProvider>,
  )
  await pass(0)
  /** The body is not a real stream, because reading one takes an unknown number of turns of the event loop. */
  async function respond(index: number, status = 200) {
    const headers = new Headers({ 'answered-by': 'rack' })
    responders[index]?.({ ok: status === 200, status, headers, json: async () => [], text: async () => '' } as Response)
    await pass(0)
  }
  return { asked, respond }
}

const notices = () => screen.queryAllByRole('status').map(({ textContent }) => textContent?.split(' has ')[0])

test('a rack is slow five seconds after a call starts, and not while the call waits for a slot', async () => {
  const { asked, respond } = await show([
    ...['a', 'b', 'c', 'd'].map((app) => ({ rack: 'hangs', app })),
    { rack: 'waits', app: 'a' },
  ])
  expect(asked).toHaveLength(4)
  await pass(5_000)
  expect(notices()).toEqual(['Rack hangs'])
  await respond(1)
  expect(asked).toHaveLength(5)
  await pass(4_999)
  expect(notices()).toEqual(['Rack hangs'])
  await pass(1)
  expect(notices()).toEqual(['Rack hangs', 'Rack waits'])
  for (const index of [0, 2, 3, 4]) await respond(index)
})

test('each call of a rack has its own five seconds', async () => {
  const { respond } = await show(['a', 'b', 'c', 'd', 'e'].map((app) => ({ rack: 'staging', app })))
  await pass(4_000)
  for (const index of [0, 1, 2, 3]) await respond(index)
  await pass(4_999)
  expect(notices()).toEqual([])
  await pass(1)
  expect(notices()).toEqual(['Rack staging'])
  await respond(4)
  expect(notices()).toEqual([])
})

test('another attempt repeats all failed calls of the rack, and no other calls', async () => {
  const { asked, respond } = await show([
    { rack: 'staging', app: 'a' },
    { rack: 'staging', app: 'b' },
    { rack: 'other', app: 'a' },
    { rack: 'staging', app: 'c' },
  ])
  for (const index of [0, 1, 2]) await respond(index, 500)
  await respond(3)
  expect(screen.getAllByRole('alert')).toHaveLength(2)
  fireEvent.click(screen.getAllByRole('button', { name: 'Try again' })[0] as HTMLElement)
  await pass(0)
  expect(asked.slice(4)).toEqual(['staging/apps/a/builds', 'staging/apps/b/builds'])
  for (const index of [4, 5]) await respond(index)
})
