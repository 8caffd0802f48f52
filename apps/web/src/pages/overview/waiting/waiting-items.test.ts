import { expect, test } from 'vitest'
import { waitingItems } from './waiting-items.ts'

const now = Date.parse('2027-01-31T12:00:00Z')
const inDays = (days: number) => new Date(now + days * 86_400_000).toISOString()
const notices = { secondFactor: null, tokens: [], stepUps: [] }
const admin = { permissions: ['gateway:audit:acknowledge'] }
const nothing = { me: admin, checkpoint: null, notices }
const binding = {
  id: 'b',
  role: 'ops',
  permissions: null,
  racks: 'staging',
  apps: '*',
  subject: { kind: 'user', id: 'u' },
  createdAt: inDays(-1),
  reason: null,
  grantedBy: { id: 'x', email: null },
  roleDescription: null,
} as const

test('without pending items, the list is empty', () => {
  expect(waitingItems(nothing, now)).toEqual([])
  expect(waitingItems({ ...nothing, checkpoint: { alarms: 0, openAlarms: 0, late: false } }, now)).toEqual([])
})

const stepUp = { id: 's', device: 'laptop', expiresAt: inDays(0.003) }

test('what ends soonest comes first, then alarms', () => {
  const items = waitingItems(
    {
      me: { ...admin, access: [{ ...binding, expiresAt: inDays(3) }] },
      checkpoint: { alarms: 0, openAlarms: 2, late: true },
      notices: {
        secondFactor: { requiredBy: inDays(20) },
        tokens: [{ id: 't', name: 'nightly', expiresAt: inDays(1) }],
        stepUps: [{ ...stepUp, delivery: 'code' }],
      },
    },
    now,
  )
  expect(items.map(({ text }) => text)).toEqual([
    'A command on laptop waits for your second factor',
    'Nobody has acknowledged 2 alarms of the audit log',
    'The next checkpoint of the audit log is overdue',
    'Add a second factor',
    'Your role ops on staging',
    'Your API token nightly',
  ])
})

test('if the open alarms could not be counted, the list says so, and has the known alarms', () => {
  const textsFor = (alarms: number) =>
    waitingItems({ ...nothing, checkpoint: { alarms, openAlarms: null, late: false } }, now).map(({ text }) => text)
  const unknown = 'Counting the open alarms of the audit log took too long'
  expect(textsFor(0)).toEqual([unknown])
  expect(textsFor(1)).toEqual(['Nobody has acknowledged an alarm of the audit log', unknown])
})

test.each([
  ['that never expires', null],
  ['that expires later', inDays(15)],
  ['that has expired', inDays(-1)],
])('a role %s does not wait', (_, expiresAt) => {
  expect(waitingItems({ ...nothing, me: { access: [{ ...binding, expiresAt }] } }, now)).toEqual([])
})

test('an open alarm does not wait for a person who cannot acknowledge it, but an overdue checkpoint does', () => {
  const texts = (openAlarms: number | null) =>
    waitingItems({ ...nothing, me: {}, checkpoint: { alarms: 1, openAlarms, late: true } }, now).map(({ text }) => text)
  for (const openAlarms of [2, null])
    expect(texts(openAlarms)).toEqual(['The next checkpoint of the audit log is overdue'])
})

test('a step-up whose result goes to an address that only the program knows has no link', () => {
  const itemOf = (delivery: string) =>
    waitingItems({ ...nothing, notices: { ...notices, stepUps: [{ ...stepUp, delivery }] } }, now)[0]
  expect(itemOf('code')).toMatchObject({ to: '/step-up', search: { id: 's' } })
  expect(itemOf('callback')).toMatchObject({ to: null, text: expect.stringContaining('Open the link that it printed') })
})
