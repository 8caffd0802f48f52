import { expect, test, vi } from 'vitest'
import { commandsFor } from './commands.ts'

const me = {
  kind: 'user',
  id: '0b8f6b9c-7f3e-4c53-9a55-0f4f1b8e6a11',
  name: 'ann@example.com',
  rack: null,
  racks: [],
  roles: [],
  permissions: ['gateway:audit:read'],
  expiresAt: '2027-01-31T12:00:00Z',
}

test('an event ID leads to the event, and an address to the events of the person', () => {
  const navigate = vi.fn()
  commandsFor(me, me.id, navigate)
    .find(({ id }) => id === 'event')
    ?.run()
  commandsFor(me, 'ann@example.com', navigate)
    .find(({ id }) => id === 'events-of')
    ?.run()
  expect(navigate.mock.calls).toEqual([[`/audit/${me.id}`], ['/audit', { q: 'actor:ann@example.com' }]])
})

test('a request ID leads to the events of the request, however old', () => {
  const navigate = vi.fn()
  const id = '6a1b2c3d0123456789abcdef'
  commandsFor(me, id, navigate)
    .find((command) => command.id === 'events-of-request')
    ?.run()
  expect(navigate.mock.calls).toEqual([['/audit', { q: `request:${id}`, range: 'all' }]])
})

test('commands that the gateway would deny are not offered', () => {
  const labels = commandsFor({ ...me, permissions: [] }, me.id, () => {}).map(({ label }) => label)
  expect(labels.filter((label) => /audit|event/i.test(label))).toEqual([])
})

test('the last command filters the page of apps, if there is a text and the caller can list apps', () => {
  const navigate = vi.fn()
  const viewer = {
    ...me,
    racks: ['staging'],
    listPermissions: [{ racks: ['staging'], onAllApps: ['app:list'], onSomeApps: [] }],
  }
  const last = commandsFor(viewer, 'web', navigate).at(-1)
  expect(last?.label).toBe('→ Apps matching web')
  last?.run()
  expect(navigate.mock.calls).toEqual([['/apps', { q: 'web' }]])
  for (const one of [commandsFor({ ...me, racks: ['staging'] }, 'web', navigate), commandsFor(viewer, '', navigate)])
    expect(one.some(({ id }) => id === 'apps-matching')).toBe(false)
})

test('with the permissions, an ID also leads to the recording, and a service account can be created', () => {
  const permissions = ['gateway:recording:read', 'gateway:service-account:write']
  const navigate = vi.fn()
  const commands = commandsFor({ ...me, permissions }, me.id, navigate)
  commands.find(({ id }) => id === 'recording')?.run()
  commands.find(({ label }) => label === 'Create a service account')?.run()
  expect(navigate.mock.calls).toEqual([[`/recordings/${me.id}`], ['/people/service-accounts', { dialog: 'create' }]])
  const others = commandsFor(me, me.id, navigate).map(({ label }) => label)
  expect(others.filter((label) => /recording|service account/i.test(label))).toEqual([])
})

test('an auditor runs the actions of the audit log, and everybody adds a factor and logs out', () => {
  const labels = (permissions: readonly string[]) =>
    commandsFor({ ...me, permissions: [...permissions] }, '', () => {}).map(({ label }) => label)
  const exporting = 'Export events of the audit log'
  expect(labels(['gateway:audit:read'])).toContain(exporting)
  expect(labels([])).not.toContain(exporting)
  expect(labels([])).toEqual(expect.arrayContaining(['Add a passkey', 'Create an API token', 'Log out']))
})
