import type { AuditEvent } from '@rack-gateway/gateway-api'
import { expect, test } from 'vitest'
import { eventSentence } from '../detail/event-sentence.ts'
import { collapse, groupId } from './collapse.ts'
import { actorOf, durationText, isConsoleRead, resultOf, subjectOf } from './event-facts.ts'

const user = { kind: 'user', id: 'u', name: 'ada@example.com', device: 'ada-laptop' } as const
const deny = { effect: 'deny', rule: 'no-permission' } as const

type Members = { [N in keyof AuditEvent]?: AuditEvent[N] | undefined }

function eventOf(members: Members): AuditEvent {
  const position = { v: 1, stream: 's', seq: 1, at: '2027-01-31T12:00:00.000Z', id: 'e' } as const
  return { ...position, kind: 'call', principal: user, ...members } as AuditEvent
}

test.each<[string, Members, string, string]>([
  ['CLI', {}, 'ada@example.com', 'cli'],
  ['a browser', { principal: { ...user, device: 'browser: Mozilla/5.0' } }, 'ada@example.com', 'browser'],
  ['a page of this console', { mode: 'web-console' }, 'ada@example.com', 'web-console'],
  ['the management API', { mode: 'management-api' }, 'ada@example.com', 'management-api'],
  ['console mode', { mode: 'console' }, 'ada@example.com', 'console'],
  ['an API token', { principal: { kind: 'api-token', id: 't', name: 'token:ci (ops)' } }, 'token:ci (ops)', 'token'],
  ['a CI job', { principal: { kind: 'workload', id: 'w', name: 'acme/app run 7' } }, 'acme/app run 7', 'job'],
  ['no credential', { principal: undefined, source: { address: '192.0.2.0/24' } }, '192.0.2.0/24', 'nobody'],
  ['the gateway', { principal: undefined }, 'gateway', 'gateway'],
])('the principal of an event, by %s', (_, members, name, clientType) => {
  expect(actorOf(eventOf(members))).toEqual({ name, clientType })
})

test.each<[string, Members]>([
  ['denied', { decision: deny, status: 403 }],
  ['required', { decision: { effect: 'require', rule: 'r' }, status: 403 }],
  ['failed', { decision: { effect: 'allow', rule: 'r' }, status: 502 }],
  ['allowed', { decision: { effect: 'allow', rule: 'r' }, status: 200 }],
  ['none', {}],
])('the result %s', (result, members) => {
  expect(resultOf(eventOf(members))).toBe(result)
})

const onWeb = { rack: 'prod', app: 'web' }

test.each<[string, Members]>([
  [
    'ada@example.com was denied app:delete on prod/web with the CLI.',
    { permission: 'app:delete', ...onWeb, decision: deny, status: 403 },
  ],
  [
    'ada@example.com used process:run (rake db:migrate) on prod/web with the CLI.',
    { kind: 'outcome', permission: 'process:run', command: ['rake', 'db:migrate'], ...onWeb, status: 200 },
  ],
  [
    'ada@example.com used app:list on prod with the CLI, and it failed with the status 502.',
    { permission: 'app:list', rack: 'prod', status: 502 },
  ],
  [
    'The gateway denied 12 requests from 192.0.2.0/24 without a valid credential.',
    { kind: 'refused', count: 12, source: { address: '192.0.2.0/24' }, principal: undefined },
  ],
  ['ada@example.com logged in.', { kind: 'login.succeeded', detail: { email: 'ada@example.com' } }],
  [
    'ada@example.com asked for process:run on prod/web with the CLI, which needs step-up or approval first.',
    { permission: 'process:run', ...onWeb, decision: { effect: 'require', rule: 'r' }, status: 403 },
  ],
  [
    'The gateway does not know how this call ended: its process ended.',
    { kind: 'outcome.unknown', principal: undefined, close: 'its process ended', detail: { seq: 4 } },
  ],
  [
    'acme/app run 7 started a session as a CI job.',
    {
      kind: 'workload.issued',
      principal: { kind: 'workload', id: 'w', name: 'acme/app run 7' },
      detail: { session: 's', issuer: 'i' },
    },
  ],
  [
    'ada@example.com changed an environment variable: FOO.',
    { kind: 'environment.changed', detail: { change: 'added', key: 'FOO' } },
  ],
  ['ada@example.com revoked an API token: ci.', { kind: 'token.revoked', detail: { token: 't', name: 'ci' } }],
])('%s', (sentence, members) => {
  expect(eventSentence(eventOf(members), 'local')).toBe(sentence)
})

test('a row says what the event is about', () => {
  expect(subjectOf(eventOf({ release: 'R1' }))).toBe('R1')
  expect(subjectOf(eventOf({ command: ['rake', 'x'] }))).toBe('rake x')
})

test('adjacent repeats are one line with all of its events, until it is expanded', () => {
  const entry = (id: string, status: number) => ({ id, writtenAt: '', event: eventOf({ id, status }) })
  const entries = [entry('d', 200), entry('c', 403), entry('b', 403), entry('a', 200)]
  const rows = collapse(entries, new Set())
  expect(rows.map((row) => row.calls.map(({ id }) => id))).toEqual([['d'], ['c', 'b'], ['a']])
  const expanded = collapse(entries, new Set(rows.map(groupId)))
  expect(expanded.map((row) => [row.entry.id, row.isRepeat])).toEqual([
    ['d', false],
    ['c', false],
    ['b', true],
    ['a', false],
  ])
})

const allow = { effect: 'allow', rule: 'role:viewer' } as const

test('a read of the web console is marked, and its changes and denials are not', () => {
  const isMarked = (members: Members) => isConsoleRead(eventOf({ mode: 'web-console', decision: allow, ...members }))
  expect(isMarked({})).toBe(true)
  expect(isMarked({ kind: 'audit.read' })).toBe(true)
  expect([isMarked({ mode: 'console' }), isMarked({ kind: 'intent' }), isMarked({ decision: deny })]).toEqual([
    false,
    false,
    false,
  ])
})

test.each([
  ['166 ms', 'outcome', 166],
  ['1.7 s', 'outcome', 1_700],
  ['2 min 5 s', 'closed', 125_900],
  [null, 'refused', 4],
] as const)('%s is the duration of a row', (text, kind, durationMs) => {
  expect(durationText(eventOf({ kind, durationMs }))).toBe(text)
})
