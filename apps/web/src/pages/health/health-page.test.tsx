// @vitest-environment happy-dom
import type { Health } from '@rack-gateway/gateway-api'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen, within } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import HealthPage from './health-page.tsx'

vi.mock('@tanstack/react-router', () => ({ useNavigate: () => () => {}, useSearch: () => ({}) }))

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

const at = '2027-01-31T12:00:00Z'
const sink = { kind: 'webhook', state: 'delivering', lagEvents: 0, lagSeconds: 0, delivered: 9, failures: 0, dead: 0 }
const health: Health = {
  checkedAt: at,
  checks: [
    { name: 'audit', ready: true, detail: 'writing', remedy: null },
    { name: 'database', ready: false, detail: 'not reachable', remedy: 'Start it.' },
  ],
  racks: Array.from({ length: 9 }, (_, number) => ({
    name: `rack-${number}`,
    state: 'reachable',
    status: 'running',
    version: '3.24.9',
    why: null,
    latencyMs: 12,
    certificate: null,
    checkedAt: at,
    observing: null,
  })),
  waitingFor: [],
  database: { reachable: false, version: null, login: null, latencyMs: null, tampering: null },
  identityProvider: { issuer: 'https://id.example', reachable: false, why: 'It does not respond.' },
  sinks: [
    { ...sink, name: 'well' },
    { ...sink, name: 'late', state: 'degraded', lagEvents: 12_345, lagSeconds: 61.4, failures: 7, dead: 2 },
  ],
  stores: {
    recordings: { open: 3, waitingBytes: 2_048, failing: 2, lostBytes: 4_096 },
    archives: { oldestMonth: null, archivedMonth: null },
    checkpoints: [],
  },
  configuration: [],
}

function show(): void {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <HealthPage />
    </QueryClientProvider>,
  )
}

const card = async (name: string) => within(await screen.findByRole('region', { name }))

test('the page does not wait for a slow rack, and shows the rack when it answers', async () => {
  let respondSlow = () => {}
  const slow = new Promise<void>((resolve) => {
    respondSlow = resolve
  })
  let requests = 0
  vi.stubGlobal('fetch', async () => {
    if (requests++ === 0) return Response.json({ ...health, racks: [], waitingFor: ['rack-0'] })
    await slow
    return Response.json(health)
  })
  show()
  const racks = await card('Racks')
  expect(racks.getByText('rack-0').parentElement?.textContent).toBe('Asking rack-0…')
  ;(await card('Checks')).getByText('audit')
  respondSlow()
  await racks.findByText('rack-8')
  expect(racks.getAllByText('3.24.9 · 12 ms')).toHaveLength(9)
})

test('each part of the page says what is wrong', async () => {
  vi.stubGlobal('fetch', async () => Response.json(health))
  show()
  expect((await card('Checks')).getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual([
    'Not readydatabasenot reachableStart it.',
    'Healthyauditwriting',
  ])
  expect((await card('Racks')).getAllByText('3.24.9 · 12 ms')).toHaveLength(9)
  ;(await card('Database')).getByText('Not reachable')
  ;(await card('Identity provider')).getByText('It does not respond.')
  const stores = await card('Stores')
  stores.getByText('2 cannot be stored')
  stores.getByText(/4,096 bytes are missing/)
  expect((await card('Sinks of the audit log')).getAllByRole('row').map(({ textContent }) => textContent)).toEqual([
    expect.stringContaining('Waiting'),
    'wellwebhookDelivering00 s900',
    'latewebhookDegraded12,34561 s972',
  ])
})
