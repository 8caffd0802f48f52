// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { CreateTokenDialog } from './create-token-dialog.tsx'

vi.mock('../../../api/queries.ts', () => ({
  useMe: () => ({ name: 'ann@example.com', racks: ['staging', 'production'], roles: ['viewer'], permissions: [] }),
}))

const created: unknown[] = []

beforeEach(() => {
  created.length = 0
  vi.stubGlobal('fetch', async (address: string, { method, body }: RequestInit) => {
    if (address.endsWith('/policy/decisions')) return Response.json({ decisions: [{ decision: { effect: 'deny' } }] })
    if (method === 'POST') {
      created.push(JSON.parse(`${body}`))
      return Response.json({ error: 'The permission log:raed does not exist.', rule: 'invalid' }, { status: 400 })
    }
    if (address.includes('/policy/matrix'))
      return Response.json({ roles: [{ name: 'viewer', description: 'Reads.' }], permissions: [] })
    return Response.json({ items: [], next: null })
  })
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

test('a token has a role or single permissions, and the API checks their names', async () => {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <CreateTokenDialog serviceAccount={undefined} onClose={() => {}} />
    </QueryClientProvider>,
  )
  await userEvent.type(screen.getByRole('textbox', { name: 'Name' }), 'logs')
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Access' }), 'Single permissions')
  expect(screen.queryByRole('combobox', { name: 'Role' })).toBeNull()
  await userEvent.type(screen.getByRole('textbox', { name: 'Permissions' }), 'app:list, log:raed app:list')
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Rack' }), 'staging')
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'App' }), 'All apps')
  await userEvent.click(screen.getByRole('button', { name: 'Create the token' }))
  await screen.findByText('The permission log:raed does not exist.')
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Access' }), 'A role')
  await userEvent.selectOptions(await screen.findByRole('combobox', { name: 'Role' }), 'viewer')
  await userEvent.click(screen.getByRole('button', { name: 'Create the token' }))
  await vi.waitFor(() => expect(created).toHaveLength(2))
  const scope = { name: 'logs', racks: 'staging', apps: '*' }
  expect(created).toEqual([
    { ...scope, permissions: ['app:list', 'log:raed'] },
    { ...scope, role: 'viewer' },
  ])
})
