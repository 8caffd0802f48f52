// @vitest-environment happy-dom
import { QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { noteReachability } from '../api/errors/reachability.ts'
import { createQueryClient, versionQuery } from '../api/queries.ts'
import { LoadFailed } from './failures.tsx'

vi.mock('@tanstack/react-router', () => ({ Link: () => null, useRouter: () => ({}) }))

afterEach(() => {
  cleanup()
  noteReachability(true)
  vi.unstubAllGlobals()
})

function show(message: string, respond: () => Response = () => Response.json({ gateway: '1.0.0' })) {
  vi.stubGlobal('fetch', async () => respond())
  const client = createQueryClient()
  client.setQueryData(versionQuery.queryKey, { gateway: '1.0.0' } as never)
  render(
    <QueryClientProvider client={client}>
      <LoadFailed error={new Error(message)} reset={() => {}} />
    </QueryClientProvider>,
  )
}

const missing =
  'Failed to fetch dynamically imported module: https://gateway.example.com/gateway/assets/audit-page-1.js'

test.each(['Unable to preload CSS for /gateway/assets/audit-page-1.css', missing, 'Importing a module script failed.'])(
  'a file that an update of the gateway removed asks for a reload: %s',
  async (message) => {
    show(message, () => Response.json({ gateway: '1.1.0' }))
    await screen.findByText('The gateway was updated from version 1.0.0 to 1.1.0 since you opened the console.')
    screen.getByRole('button', { name: 'Reload the page' })
  },
)

test('without an update, only what is known is said', async () => {
  show(missing)
  await screen.findByText('The gateway is reachable, but a file of this page could not be loaded.')
  screen.getByRole('button', { name: 'Reload the page' })
})

test.each([
  [
    'does not answer',
    () => {
      throw new TypeError('Failed to fetch')
    },
  ],
  ['is behind a proxy that does not reach it', () => new Response('<h1>Bad gateway</h1>', { status: 502 })],
])('a file that could not be loaded because the gateway %s says since when', async (_, respond) => {
  show(missing, respond)
  await screen.findByText('The gateway is not reachable. Check your connection, and try again.')
  const since = screen.getByText(/^Not reachable since/).querySelector('time')?.dateTime ?? ''
  expect(new Date(since).toISOString()).toBe(since)
  screen.getByRole('button', { name: 'Try again' })
})

test('any other failure shows its words, and can be tried again', () => {
  show('The rack is slow.')
  screen.getByText('The rack is slow.')
  expect(screen.getByRole('button', { name: 'Try again' })).toBeDefined()
})
