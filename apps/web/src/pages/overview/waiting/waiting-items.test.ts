import { expect, test } from 'vitest'
import { waitingItems } from './waiting-items.ts'

const now = Date.parse('2027-01-31T12:00:00Z')
const inDays = (days: number) => new Date(now + days * 86_400_000).toISOString()
const nothing = { me: {}, checkpoint: null, missingFactor: null, tokens: [] }
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

test('alarms come first', () => {
  const items = waitingItems(
    {
      me: { access: [{ ...binding, expiresAt: inDays(3) }] },
      checkpoint: { alarms: 0, openAlarms: 2, late: true },
      missingFactor: { requiredBy: inDays(20) },
      tokens: [{ name: 'nightly', expiresAt: inDays(1), revokedAt: null }],
    },
    now,
  )
  expect(items.map(({ text }) => text)).toEqual([
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

test('a revoked token does not wait', () => {
  const token = { name: 'old', expiresAt: inDays(1), revokedAt: inDays(-1) }
  expect(waitingItems({ ...nothing, tokens: [token] }, now)).toEqual([])
})
