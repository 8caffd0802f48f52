import { describe, expect, test } from 'vitest'
import { builtInPolicy } from '../document/document.ts'
import type { CurrentAccess } from './current-access.ts'
import type { RecordedCall } from './recorded-call.ts'
import { studyWouldBe } from './would-be.ts'

const wouldBe = {
  effect: 'deny',
  rule: 'no-permission',
  source: 'bindings',
  reason: 'It needs deployer.',
  next: 'Ask.',
}

function promotion(change: Partial<RecordedCall> = {}): RecordedCall {
  return {
    id: 'event-1',
    at: '2026-12-01T12:00:00.000Z',
    principal: { kind: 'user', id: 'u1', name: 'ada@example.com', roles: ['viewer'] },
    rack: 'staging',
    app: 'web',
    route: 'POST /apps/{app}/releases/{id}/promote',
    path: '/apps/web/releases/R1/promote',
    decision: { effect: 'allow', rule: 'observe-mode', wouldBe },
    ...change,
  }
}

function study(...calls: readonly (RecordedCall | null)[]) {
  const one = studyWouldBe(builtInPolicy())
  for (const call of calls) one.add(call)
  return one.result(10)
}

test('equal calls are one row, with their latest event, and a stopped call counts', () => {
  const stopped = promotion({
    id: 'event-3',
    at: '2026-12-03T12:00:00.000Z',
    sent: false,
    decision: { effect: 'deny', rule: 'no-permission' },
  })
  const result = study(stopped, promotion({ id: 'event-2', at: '2026-12-02T12:00:00.000Z' }), promotion())
  expect(result.rows).toMatchObject([
    { effect: 'deny', rule: 'no-permission', count: 3, stopped: 1, last: '2026-12-03T12:00:00.000Z', event: 'event-3' },
  ])
})

test('a call that the policy in force allows is resolved', () => {
  const principal = { kind: 'user', id: 'u1', name: 'ada@example.com', roles: ['deployer'] }
  expect(study(promotion({ principal }))).toMatchObject({ calls: 1, resolved: 1, rows: [] })
})

test('a call without wouldBe, and an enforced denial, are not listed', () => {
  const enforced = promotion({ decision: { effect: 'deny', rule: 'no-permission' } })
  const allowed = promotion({ decision: { effect: 'allow', rule: 'role:ci' } })
  expect(study(enforced, allowed, null)).toMatchObject({ calls: 3, unclear: 1, rows: [] })
})

test('a token whose owner lacked a permission stays in the list', () => {
  const owner = { kind: 'service-account', id: 'a1', name: 'nightly' }
  const principal = { kind: 'api-token', id: 't1', name: 'token:n (nightly)', owner, roles: ['deployer'] }
  expect(study(promotion({ principal }))).toMatchObject({ resolved: 0, rows: [{ rule: 'no-permission' }] })
})

describe('with the bindings in force', () => {
  const owner = { kind: 'service-account', id: 'a1', name: 'nightly' }
  const token = { kind: 'api-token', id: 't1', name: 'token:n (nightly)', owner, roles: ['deployer'] }
  const access = (...held: readonly (readonly [kind: string, id: string, racks?: string])[]): CurrentAccess => ({
    subjects: ['user u1', 'api-token t1', 'service-account a1'].map((key) => {
      const [kind = '', id = ''] = key.split(' ')
      return { kind, id, name: id, suspended: false }
    }),
    bindings: held.map(([kind, id, racks = '*']) => ({
      ...{ id: `b ${id}`, subject: { kind, id }, group: null, role: 'deployer', permissions: null },
      ...{ racks, apps: '*', expiresAt: null, reason: null },
    })),
    complete: true,
  })
  const resolved = (call: RecordedCall, now: CurrentAccess) => {
    const one = studyWouldBe(builtInPolicy(), now)
    one.add(call)
    return one.result(10).resolved === 1
  }

  test('a user who has the role by now is resolved, and one who lost it is not', () => {
    expect(resolved(promotion(), access(['user', 'u1']))).toBe(true)
    expect(resolved(promotion(), access(['user', 'u1', 'production']))).toBe(false)
    const had = promotion({ principal: { kind: 'user', id: 'u1', name: 'ada@example.com', roles: ['deployer'] } })
    expect(resolved(had, access())).toBe(false)
  })

  test('a token is resolved if it and its owner have the permission', () => {
    const call = promotion({ principal: token })
    expect(resolved(call, access(['api-token', 't1'], ['service-account', 'a1']))).toBe(true)
    expect(resolved(call, access(['api-token', 't1']))).toBe(false)
    expect(resolved(call, access(['service-account', 'a1']))).toBe(false)
  })

  test('a caller who is suspended or unknown counts with the roles of the event', () => {
    const now = access(['user', 'u1'])
    const suspended = now.subjects.map((one) => ({ ...one, suspended: true }))
    for (const other of [
      { ...now, subjects: suspended },
      { ...now, subjects: [] },
      { ...now, complete: false },
    ])
      expect(resolved(promotion(), other)).toBe(false)
  })
})

test('a hidden command is counted, and listed as recorded', () => {
  const hidden = promotion({
    route: 'POST /apps/{app}/services/{service}/processes',
    path: '/apps/web/services/command/processes',
    command: ['env', 'A_TOKEN=[hidden]'],
    hidden: ['command'],
    decision: { effect: 'allow', rule: 'observe-mode', wouldBe: { ...wouldBe, rule: 'command:no-rule' } },
  })
  expect(study(hidden)).toMatchObject({
    hidden: 1,
    rows: [{ command: 'env A_TOKEN=[hidden]', rule: 'command:no-rule' }],
  })
})

test('one account with many different calls does not hide the calls of other accounts', () => {
  const flood = Array.from({ length: 12_000 }, (_, number) =>
    promotion({ app: `a-${number}`, path: `/apps/a-${number}/releases/R1/promote` }),
  )
  const other = promotion({ principal: { kind: 'user', id: 'u2', name: 'bob@example.com', roles: ['viewer'] } })
  const one = studyWouldBe(builtInPolicy())
  for (const call of [...flood, other]) one.add(call)
  const { rows, more } = one.result(10_000)
  expect([rows.length, more]).toEqual([501, 11_500])
  expect(rows.some(({ principal }) => principal.id === 'u2')).toBe(true)
})

test('more rows than asked for are counted', () => {
  const calls = Array.from({ length: 12 }, (_, number) =>
    promotion({ app: `app-${number}`, path: `/apps/app-${number}/releases/R1/promote` }),
  )
  const result = study(...calls)
  expect([result.rows.length, result.more]).toEqual([10, 2])
})
