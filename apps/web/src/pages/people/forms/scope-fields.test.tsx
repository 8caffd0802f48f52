// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import { useState } from 'react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { emptyScope, ScopeFields, type ScopeValues, scopeOf } from './scope-fields.tsx'

vi.mock('../../../api/queries.ts', () => ({
  useMe: () => ({ name: 'ann@example.com', racks: ['staging', 'production'], roles: ['viewer'], permissions: [] }),
}))

let effect: string
let calls: string[]
let value: ScopeValues

beforeEach(() => {
  effect = 'allow'
  calls = []
  vi.stubGlobal('fetch', async (address: string) => {
    calls.push(address.replace(/^.*\/api\/v1/, ''))
    if (address.endsWith('/policy/decisions')) return Response.json({ decisions: [{ decision: { effect } }] })
    const app = { name: 'web', status: 'running', release: 'R1', generation: '3', locked: false }
    return Response.json([app], { headers: { 'answered-by': 'rack' } })
  })
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

function Fields() {
  const [scope, setScope] = useState(emptyScope)
  value = scope
  return <ScopeFields value={scope} onChange={setScope} />
}

function show(): void {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Fields />
    </QueryClientProvider>,
  )
}

const choose = (field: string, option: string) =>
  userEvent.selectOptions(screen.getByRole('combobox', { name: field }), option)
const optionsOf = (field: string) =>
  [...screen.getByRole('combobox', { name: field }).querySelectorAll('option')].map(({ textContent }) => textContent)
const advanced = () => screen.getByRole('checkbox', { name: /^Advanced/ })

test('nothing is chosen at first, and the apps are those of the chosen rack', async () => {
  show()
  expect(scopeOf(value)).toEqual({ racks: '', apps: '' })
  expect(optionsOf('Rack')).toEqual(['Choose a rack', 'staging', 'production', 'All racks'])
  expect(calls).toEqual([])
  await choose('Rack', 'staging')
  await screen.findByRole('option', { name: 'web' })
  await choose('App', 'web')
  expect(scopeOf(value)).toEqual({ racks: 'staging', apps: 'web' })
  await choose('Rack', 'production')
  expect(scopeOf(value)).toEqual({ racks: 'production', apps: '' })
})

test('the apps are not listed for a person who may not list them, nor for all racks', async () => {
  effect = 'deny'
  show()
  await choose('Rack', 'staging')
  await screen.findByText('The apps of staging cannot be listed. To type a name, choose Advanced.')
  await choose('Rack', 'All racks')
  expect(optionsOf('App')).toEqual(['Choose an app', 'All apps'])
  expect(calls).toEqual(['/policy/decisions'])
})

test('patterns, and a rack that will be added later, are advanced', async () => {
  show()
  expect(screen.queryByRole('checkbox', { name: 'The rack will be added later' })).toBeNull()
  await userEvent.click(advanced())
  await userEvent.type(screen.getByRole('textbox', { name: 'Racks' }), 'eu-west')
  await userEvent.type(screen.getByRole('textbox', { name: 'Apps' }), 'web-*')
  await userEvent.click(screen.getByRole('checkbox', { name: 'The rack will be added later' }))
  expect(scopeOf(value)).toEqual({ racks: 'eu-west', apps: 'web-*', allowUnknownRacks: true })
  await userEvent.click(advanced())
  expect(scopeOf(value)).toEqual({ racks: '', apps: '' })
})
