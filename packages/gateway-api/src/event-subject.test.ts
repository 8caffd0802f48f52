import { expect, test } from 'vitest'
import { type EventSubject, eventSubject } from './event-subject.ts'

const start = 'POST /apps/{app}/services/{service}/processes'

test.each<[EventSubject, string]>([
  [{ kind: 'call', route: 'GET /apps' }, 'GET /apps'],
  [{ kind: 'intent', route: start, command: ['rake', 'db:migrate'] }, 'rake db:migrate'],
  [{ kind: 'call', route: start, command: ['sleep', '3600'] }, '(attached run, its command comes by exec)'],
  [{ kind: 'opened', route: 'WS /apps/{app}/processes/{pid}/exec', command: ['sleep', '3600'] }, 'sleep 3600'],
  [
    {
      kind: 'binding.created',
      detail: { binding: 'b', subject: 'user:u1', role: 'ops', racks: 'production', apps: '*' },
    },
    'ops on production/* for user:u1',
  ],
  [
    { kind: 'binding.removed', detail: { subject: 'api-token:t', permissions: 'app:read log:read', racks: '*' } },
    'app:read log:read on */* for api-token:t',
  ],
  [
    {
      kind: 'access-request.approved',
      detail: { email: 'ann@example.com', role: 'ops', racks: 'production, staging', apps: 'web' },
    },
    'ops on production, staging/web for ann@example.com',
  ],
  [{ kind: 'access-request.read', detail: { accessRequest: 'r' } }, 'accessRequest=r'],
  [{ kind: 'token.issued', detail: { token: 't', name: 'nightly', owner: 'user:u1' } }, 'nightly'],
  [{ kind: 'user.locked', detail: { user: 'u', email: 'ada@example.com', reason: 'left' } }, 'ada@example.com'],
  [{ kind: 'policy.rejected', detail: { file: 'p.yaml', problems: 'line 2' } }, 'line 2'],
  [{ kind: 'policy.loaded', detail: { file: 'p.yaml', policy: 'abc' } }, 'file=p.yaml policy=abc'],
  [{ kind: 'session.ended', detail: { session: 's', because: 'logout' } }, 'session=s because=logout'],
  [{ kind: 'stream.closed' }, ''],
])('%j is about %s', (event, subject) => {
  expect(eventSubject(event)).toBe(subject)
})

test('a long subject is shortened', () => {
  const subject = eventSubject({ kind: 'policy.rejected', detail: { problems: 'x'.repeat(500) } })
  expect([subject.length, subject.endsWith('…')]).toEqual([120, true])
})
