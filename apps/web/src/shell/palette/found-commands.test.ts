import { expect, test, vi } from 'vitest'
import { appActions } from '../../pages/apps/app/app-actions.ts'
import { type FoundItems, foundCommands, searchedText } from './found-commands.ts'

const me = {
  kind: 'user',
  id: '0b8f6b9c-7f3e-4c53-9a55-0f4f1b8e6a11',
  name: 'ann@example.com',
  rack: null,
  racks: ['staging'],
  roles: [],
  permissions: ['gateway:user:write', 'gateway:session:write'],
  expiresAt: '2127-01-31T12:00:00Z',
}
const bob = {
  id: 'b',
  email: 'bob@example.com',
  issuer: 'i',
  createdAt: me.expiresAt,
  lockedAt: null,
  lockedReason: null,
  groups: [],
  secondFactors: [],
}
const nightly = {
  id: 't',
  name: 'nightly',
  prefix: null,
  owner: { kind: 'user', id: me.id, name: me.name },
  bindings: [],
  rack: null,
  sources: [],
  createdAt: me.expiresAt,
  expiresAt: me.expiresAt,
  revokedAt: null,
  lastUsedAt: null,
  lastUsedFrom: null,
}
const nothing: FoundItems = { users: [], tokens: [], apps: [], racks: [] }
const found: FoundItems = {
  users: [bob],
  tokens: [nightly],
  apps: [{ rack: 'staging', app: 'web', actions: appActions.filter(({ tab }) => tab !== 'logs') }],
  racks: ['staging'],
}

const labels = (typed: string, items = found, as = me) =>
  foundCommands(as, items, typed, () => {}).map(({ label }) => label)

test('each found item can be opened', () => {
  const navigate = vi.fn()
  for (const command of foundCommands(me, found, 'x', navigate)) command.run()
  expect(navigate.mock.calls).toEqual([
    ['/people/users', { open: 'b' }],
    ['/people/tokens', { open: 't' }],
    ['/apps/staging/web'],
    ['/apps', { rack: 'staging' }],
  ])
})

test('the actions of an item are offered when a part of their verb is typed, if the person may run them', () => {
  expect(labels('bob')).not.toContain('Lock bob@example.com')
  expect(labels('lock bob')).toContain('Lock bob@example.com')
  expect(labels('unlock bob')).not.toContain('Unlock bob@example.com')
  expect(labels('unlock', { ...nothing, users: [{ ...bob, lockedAt: me.expiresAt }] })).toContain(
    'Unlock bob@example.com',
  )
  expect(labels('revoke')).toEqual(
    expect.arrayContaining([
      'Revoke all sessions of bob@example.com',
      'Revoke the API token nightly of ann@example.com',
    ]),
  )
  expect(labels('revoke', found, { ...me, permissions: [] })).not.toContain('Revoke all sessions of bob@example.com')
  expect(labels('change')).not.toContain('Change the owner of the API token nightly of ann@example.com')
  expect(labels('rotate')).toContain('Rotate the API token nightly of ann@example.com')
  const revoked: FoundItems = { ...nothing, tokens: [{ ...nightly, revokedAt: me.expiresAt }] }
  expect(labels('revoke', revoked)).toEqual(['Open the API token nightly of ann@example.com'])
})

test('the actions of an app open the tab that has them, if the person may run them', () => {
  expect(labels('web')).toEqual([
    expect.stringContaining('bob'),
    expect.stringContaining('nightly'),
    'Open the app web on staging',
    'Open the apps of the rack staging',
  ])
  expect(labels('restart web')).toContain('Restart a service of web on staging')
  expect(labels('logs web')).not.toContain('Read the logs of web on staging')
  const navigate = vi.fn()
  foundCommands(me, found, 'roll web', navigate)
    .find(({ label }) => label === 'Roll back web on staging')
    ?.run()
  expect(navigate.mock.calls).toEqual([['/apps/staging/web/releases']])
})

test('an action opens its dialog by the address of the item', () => {
  const navigate = vi.fn()
  foundCommands(me, found, 'lock', navigate)
    .find(({ label }) => label.startsWith('Lock'))
    ?.run()
  expect(navigate.mock.calls).toEqual([['/people/users', { open: 'b', dialog: 'lock' }]])
})

test('only a person who reads the audit log is led to the events of a rack', () => {
  const events = 'Events of the rack staging'
  expect(labels('staging')).not.toContain(events)
  expect(labels('staging', nothing, { ...me, permissions: ['gateway:audit:read'] })).toContain(events)
  expect(labels('', nothing, { ...me, permissions: ['gateway:audit:read'] })).toEqual([])
})

test.each([
  ['lock ann', 'ann'],
  ['Revoke the API token nightly', 'nightly'],
  ['ann lee', 'ann'],
  ['api', 'api'],
  ['restart a service of web', 'web'],
  ['promote shop', 'shop'],
  ['lock', 'lock'],
  ['  ', ''],
  [`rgw_${'a'.repeat(32)}`, ''],
  ['x'.repeat(500), 'x'.repeat(100)],
])('for %j, items are searched by %j', (typed, text) => {
  expect(searchedText(typed)).toBe(text)
})
