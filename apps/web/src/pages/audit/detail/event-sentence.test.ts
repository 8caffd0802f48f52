import { type AuditEvent, endpoints } from '@rack-gateway/gateway-api'
import { expect, test } from 'vitest'
import { eventSentence } from './event-sentence.ts'

const at = new Date(2027, 0, 31, 14, 3).toISOString()
const event = {
  kind: 'call',
  at,
  stream: 's',
  seq: 1,
  principal: { kind: 'user', id: 'u', name: 'ann@example.com', device: 'laptop' },
  permission: 'app:delete',
  rack: 'production',
  app: 'web',
  status: 200,
  decision: { effect: 'allow', rule: 'role:admin' },
} as unknown as AuditEvent

test('an event says how its second factor was proved, and when', () => {
  const proof = { id: 'p', method: 'passkey', at }
  const call = 'ann@example.com used app:delete on production/web with the CLI'
  expect(eventSentence(event, 'local')).toBe(`${call}.`)
  expect(eventSentence({ ...event, proof }, 'local')).toBe(`${call}, proved with a passkey at 14:03.`)
  expect(eventSentence({ ...event, proof }, 'utc')).toMatch(/, proved with a passkey at \d\d:03Z\.$/)
  expect(eventSentence({ ...event, proof: { ...proof, method: 'backup-code' } }, 'local')).toContain(
    'with a backup code at',
  )
})

test.each([
  ['deny', 'deny it'],
  ['require', 'require a proof of a second factor'],
])('a call that only observe mode allowed says what the policy would do: %s', (effect, words) => {
  const observed = { ...event, decision: { effect: 'allow', rule: 'observe-mode', wouldBe: { effect, rule: 'x' } } }
  expect(eventSentence(observed as AuditEvent, 'local')).toBe(
    `ann@example.com used app:delete on production/web with the CLI. Observe mode allowed it. The policy would ${words}.`,
  )
})

test('a denial says whether the call was sent', () => {
  const denied = { ...event, decision: { effect: 'deny', rule: 'no-permission' } } as AuditEvent
  const sentence = 'ann@example.com was denied app:delete on production/web with the CLI'
  expect(eventSentence(denied, 'local')).toBe(`${sentence}.`)
  expect(eventSentence({ ...denied, sent: false }, 'local')).toBe(`${sentence}, before it was sent.`)
})

test.each([
  ['second-factor.added', { email: 'ann@example.com', name: 'YubiKey' }, 'added a second factor: YubiKey.'],
  ['second-factor.reset', { email: 'bob@example.com' }, 'reset the second factors of a user: bob@example.com.'],
  ['second-factor.failed', { email: 'ann@example.com' }, 'could not prove a second factor.'],
  ['backup-codes.created', { email: 'ann@example.com' }, 'created backup codes.'],
])('the kind %s is a sentence', (kind, detail, sentence) => {
  expect(eventSentence({ ...event, kind, detail } as AuditEvent, 'local')).toBe(`ann@example.com ${sentence}`)
})

test.each(endpoints.followAudit.query.properties.notKind.items.enum)(
  'the kind %s has a sentence of its own',
  (kind) => {
    expect(eventSentence({ ...event, kind }, 'local')).not.toContain('caused the event')
  },
)

test('a person is not said to have replayed a session token', () => {
  expect(eventSentence({ ...event, kind: 'session.superseded-token' }, 'local')).toMatch(
    /^A session token of ann@example\.com was used/,
  )
})
