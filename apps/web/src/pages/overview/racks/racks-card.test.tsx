// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { RacksCard } from './racks-card.tsx'

vi.mock('../../../api/queries.ts', () => ({ useMe: () => ({ racks: ['fast', 'slow'] }) }))

afterEach(() => {
  cleanup()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const status = (name: string) => ({
  name,
  state: 'reachable',
  status: 'running',
  version: '3.24.9',
  why: null,
  latencyMs: 12,
  certificate: null,
  checkedAt: '2027-01-31T12:00:00Z',
  observing: null,
})

test('a rack is shown before a slower one has answered, and nothing is requested afterwards', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true })
  let respondSlow = () => {}
  const slow = new Promise<void>((resolve) => {
    respondSlow = resolve
  })
  const requests: string[] = []
  vi.stubGlobal('fetch', async (url: string) => {
    if (url.includes('/rack-activity'))
      return Response.json({ since: '2027-01-31T11:00:00Z', racks: [], complete: true })
    if (requests.push(new URL(url, 'http://gateway').search) === 1)
      return Response.json({ racks: [status('fast')], waitingFor: ['slow'] })
    await slow
    return Response.json({ racks: [status('fast'), status('slow')], waitingFor: [] })
  })
  render(
    <QueryClientProvider client={new QueryClient()}>
      <RacksCard />
    </QueryClientProvider>,
  )
  await screen.findByText('1 of 2 reachable')
  screen.getByText('fast')
  expect(screen.getByText('slow').parentElement?.textContent).toBe('Asking slow…')
  respondSlow()
  await screen.findByText('2 of 2 reachable')
  await vi.advanceTimersByTimeAsync(60_000)
  // The second request waits for all racks, so there is no third one.
  expect(requests).toEqual(['?wait=500', ''])
})
