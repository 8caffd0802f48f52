import { describe, expect, test } from 'vitest'
import {
  apiToken,
  binding,
  expectPrincipal,
  hour,
  now,
  serviceAccount,
  session,
  user,
  workload,
} from '../testing/records.ts'
import { principalOf } from './principals.ts'

const past = new Date(now - hour)

test('the principal of a session is its user, with the bindings of the user', () => {
  expect(principalOf(session({ rack: 'staging' }), now)).toEqual({
    kind: 'user',
    id: 'user-1',
    name: 'ann@example.com',
    credential: 'session-1',
    device: 'laptop',
    secondFactor: false,
    rack: 'staging',
    groups: [],
    bindings: [binding()],
    owner: null,
    expiresAt: now + hour,
  })
})

test('the principal of a session has the grants that are not over, deeply frozen', () => {
  const grant = {
    id: 'grant-1',
    rule: 'production-deploy',
    role: 'deployer',
    racks: ['production'],
    apps: ['*'],
    startsAt: now + 1,
    expiresAt: now + hour,
    startsWithUse: false,
  }
  const record = session({ grants: [grant, { ...grant, id: 'grant-2', expiresAt: now }] })
  const { grants } = expectPrincipal(principalOf(record, now))
  expect(grants).toEqual([grant])
  expect([grants, grants?.[0], grants?.[0]?.racks, grants?.[0]?.apps].every(Object.isFrozen)).toBe(true)
  expect(principalOf(record, now + hour - 1)).toHaveProperty('grants')
  expect(principalOf(session({ grants: [{ ...grant, expiresAt: now }] }), now)).not.toHaveProperty('grants')
})

test('the principal of an API token is the token, with its own bindings and its owner', () => {
  expect(principalOf(apiToken({ rack: 'production' }), now)).toEqual({
    kind: 'api-token',
    id: 'token-1',
    name: 'token:nightly (deploys)',
    credential: 'token-1',
    rack: 'production',
    groups: [],
    bindings: [binding({ id: 'binding-3', role: 'ci' })],
    owner: {
      kind: 'service-account',
      id: 'account-1',
      name: 'deploys',
      bindings: [binding({ id: 'binding-2', role: 'ci' })],
    },
    expiresAt: now + hour,
  })
})

test('an API token of a person names the person by email address', () => {
  expect(principalOf(apiToken({ owner: user() }), now)).toMatchObject({
    owner: { kind: 'user', id: 'user-1', name: 'ann@example.com', bindings: [binding()] },
  })
})

test.each([
  ['nothing kept', null, 'unknown-token'],
  ['an ended session', session({ endedAt: past }), 'ended-session'],
  ['a locked user', session({ user: user({ lockedAt: past }) }), 'locked-user'],
  ['an expired session', session({ expiresAt: past }), 'expired-token'],
  ['a revoked token', apiToken({ revokedAt: past }), 'revoked-token'],
  ['an expired token', apiToken({ expiresAt: past }), 'expired-token'],
  ['a secret that was replaced', apiToken({ secretExpiresAt: past }), 'expired-token'],
  ['a token of a locked user', apiToken({ owner: user({ lockedAt: past }) }), 'locked-user'],
  [
    'a token of a disabled service account',
    apiToken({ owner: serviceAccount({ disabledAt: past }) }),
    'disabled-service-account',
  ],
])('%s is denied', (_, record, rule) => {
  expect(principalOf(record, now)).toMatchObject({
    rule,
    reason: expect.stringMatching(/.\.$/),
    remedy: expect.stringMatching(/.+/),
  })
})

test('denials say when it happened', () => {
  expect(principalOf(session({ endedAt: new Date(now) }), now)).toMatchObject({
    reason: 'Your session ended on 2026-01-02 03:04 UTC.',
    remedy: 'Run "rack-gateway login".',
  })
  expect(principalOf(apiToken({ revokedAt: new Date(now) }), now)).toMatchObject({
    reason: 'This API token was revoked on 2026-01-02 03:04 UTC.',
    remedy: 'Ask an administrator or its owner for a new one.',
  })
})

test('a session is expired from the moment of its expiry on', () => {
  const record = session({ expiresAt: new Date(now) })
  expect(principalOf(record, now)).toMatchObject({ rule: 'expired-token' })
  expect(principalOf(record, now - 1)).toMatchObject({ kind: 'user' })
})

test('a binding that has ended is left out, of the token and of its owner', () => {
  const ended = binding({ id: 'ended', role: 'admin', expiresAt: now })
  const later = binding({ id: 'later', expiresAt: now + 1 })
  const owner = user({ bindings: [ended, later] })
  const principal = principalOf(apiToken({ bindings: [later, ended], owner }), now)
  expect(principal).toMatchObject({ bindings: [later], owner: { bindings: [later] } })
})

test('a user without bindings has no permissions', () => {
  expect(principalOf(session({ user: user({ bindings: [] }) }), now)).toMatchObject({ bindings: [] })
})

test.each([session(), apiToken(), apiToken({ owner: user() })])('a principal is frozen all the way down', (record) => {
  const principal = expectPrincipal(principalOf(record, now))
  const parts = [principal, principal.groups, principal.bindings, ...principal.bindings]
  const owned = principal.owner ? [principal.owner, principal.owner.bindings, ...principal.owner.bindings] : []
  expect([...parts, ...owned].every((part) => Object.isFrozen(part))).toBe(true)
})

describe('a job', () => {
  test('has the bindings of its trust, is a principal of its own, and belongs to no rack', () => {
    const principal = expectPrincipal(principalOf(workload(), now))
    expect(principal).toMatchObject({
      kind: 'workload',
      id: 'run-1',
      credential: 'run-1',
      name: 'acme/app run 1',
      rack: null,
      owner: null,
      job: { repository: 'acme/app', run: '1' },
      bindings: [{ id: 'binding-4', role: 'ci' }],
    })
    expect(Object.isFrozen(principal) && Object.isFrozen(principal.job)).toBe(true)
  })

  test('is refused once its trust is revoked, and once its time is over', () => {
    const trust = { ...workload().trust, revokedAt: new Date(now) }
    expect(principalOf(workload({ trust }), now)).toMatchObject({ rule: 'revoked-trust' })
    expect(principalOf(workload(), now + hour - 1)).toMatchObject({ kind: 'workload' })
    expect(principalOf(workload(), now + hour)).toMatchObject({ rule: 'expired-token' })
  })
})
