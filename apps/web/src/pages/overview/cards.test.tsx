// @vitest-environment happy-dom
import type { Me } from '@rack-gateway/gateway-api'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import type { ReactNode } from 'react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ActivityCard } from './activity/activity-card.tsx'
import { AppsCard } from './apps/apps-card.tsx'
import { LiveCard } from './live/live-card.tsx'
import { WaitingCard } from './waiting/waiting-card.tsx'

const inAnHour = new Date(Date.now() + 3_600_000).toISOString()
const me = {
  permissions: [],
  listPermissions: [{ racks: ['eu', 'us'], onAllApps: ['app:list'], onSomeApps: [] }],
  access: Array.from({ length: 8 }, (_, number) => ({
    role: `r${number}`,
    racks: '*',
    apps: '*',
    expiresAt: inAnHour,
  })),
} as unknown as Me
vi.mock('../../api/queries.ts', () => ({ useMe: () => me }))
vi.mock('@tanstack/react-router', () => ({
  Link: ({ children }: { readonly children: ReactNode }) => <span>{children}</span>,
  useNavigate: () => () => {},
  useSearch: () => ({}),
}))

const responses: Record<string, (query: URLSearchParams) => unknown> = {
  '/live-calls': (query) => ({
    items: callsFrom(Number(query.get('cursor') ?? 0)),
    next: query.has('cursor') ? null : '50',
  }),
  '/own-apps': () => ({ apps: [] }),
  '/notices': () => ({ secondFactor: null, tokens: [], stepUps: [] }),
  '/audit/histogram': () => ({
    ...{ from: inAnHour, to: inAnHour, width: 60, total: 3, complete: true, countedFrom: inAnHour },
    buckets: [{ at: inAnHour, denied: 1, required: 0, failed: 0, allowed: 2, none: 0 }],
  }),
  '/audit/checkpoint': () => ({ checkpoint: null }),
}

function callsFrom(first: number) {
  return Array.from({ length: first === 0 ? 50 : 2 }, (_, number) => ({
    id: `call-${first + number}`,
    kind: 'exec',
    principal: { name: 'ann' },
    rack: 'staging',
    app: null,
    path: '/p',
    command: `sleep ${first + number}.`,
    recording: null,
    own: first + number === 0,
    startedAt: '2027-01-31T12:00:00Z',
  }))
}

beforeEach(() => {
  vi.stubGlobal('fetch', async (address: string) => {
    const { pathname, searchParams } = new URL(address, 'http://gateway.example')
    return Response.json(responses[pathname.replace('/gateway/api/v1', '')]?.(searchParams))
  })
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

function show(card: ReactNode) {
  render(<QueryClientProvider client={new QueryClient()}>{card}</QueryClientProvider>)
}

/** Text of a paragraph whose names are elements of their own. */
const said = (text: string) => (_: string, element: Element | null) =>
  element?.tagName === 'P' && element.textContent === text

test('all live calls can be shown, page by page', async () => {
  show(<LiveCard />)
  fireEvent.click(await screen.findByRole('button', { name: 'Show more' }))
  screen.getByText('sleep 49.')
  fireEvent.click(screen.getByRole('button', { name: 'Show more' }))
  await screen.findByText('sleep 51.')
  expect(screen.queryByRole('button', { name: /^Show/ })).toBeNull()
})

test('a person is offered to end only their own calls', async () => {
  show(<LiveCard />)
  await screen.findByText('sleep 1.')
  expect(screen.getAllByRole('button', { name: /^End exec/ })).toHaveLength(1)
})

test('everything that waits can be shown', async () => {
  show(<WaitingCard />)
  expect(screen.queryByText('Your role r7 on all racks')).toBeNull()
  const button = screen.getByRole('button', { name: 'Show all 8' })
  button.focus()
  fireEvent.keyDown(button, { key: 'Enter' })
  fireEvent.keyUp(button, { key: 'Enter' })
  screen.getByText('Your role r7 on all racks')
  await vi.waitFor(() => expect(document.activeElement?.getAttribute('aria-label')).toBe('Waiting for you'))
})

test('there is no app, only if every rack listed its apps', async () => {
  show(<AppsCard />)
  await screen.findByText(said('The racks eu and us did not list their apps. Reload this page later.'))
  expect(screen.queryByText('There is no app that you can see.')).toBeNull()
  cleanup()
  vi.stubGlobal('fetch', async (address: string) => Response.json(address.includes('/racks/') ? [] : { apps: [] }))
  show(<AppsCard />)
  await screen.findByText('There is no app that you can see.')
})

test('the bars of the last 24 hours have the patterns of their results', async () => {
  show(<ActivityCard />)
  await screen.findByText('3 requests')
  const fills = [...document.querySelectorAll('rect[y]')].map((bar) => bar.getAttribute('fill'))
  expect(fills).toEqual(['url(#audit-result-denied)', 'url(#audit-result-allowed)'])
  for (const fill of fills) expect(document.getElementById(fill?.slice(5, -1) ?? '')?.tagName).toBe('pattern')
})
