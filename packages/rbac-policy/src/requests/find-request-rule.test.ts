import { describe, expect, test } from 'vitest'
import { builtInPolicy } from '../document/document.ts'
import type { RequestRule } from '../policy-document/policy-document.ts'
import { binding, now, principal, token } from '../testing/calls.ts'
import { grant, requestRule } from '../testing/request-rules.ts'
import { findRequestRule, requestOptions, type WantedAccess } from './find-request-rule.ts'

const document = (...requests: readonly RequestRule[]) => ({ ...builtInPolicy(), requests })
const engineer = principal([], { groups: ['engineering'] })

function wanted(change: Partial<WantedAccess> = {}): WantedAccess {
  return { role: 'deployer', racks: ['staging'], apps: ['web'], seconds: 3_600, reason: 'OPS-1', ...change }
}

function find(rule: Partial<RequestRule>, change: Partial<WantedAccess> = {}, asker = engineer) {
  return findRequestRule(document(requestRule(rule)), asker, wanted(change), now)
}

const fits = { id: 'deploys', role: 'deployer' }
const fails = (reason: string, rule = 'request:deploys') => ({ rule, reason, remedy: expect.stringMatching(/\.$/) })

describe('a request rule fits', () => {
  test('a user of its groups, with its address, or with its role', () => {
    expect(find({})).toMatchObject(fits)
    expect(find({ from: [{ kind: 'user', name: 'ADA@Example.com' }] })).toMatchObject(fits)
    const from = [{ kind: 'role', name: 'viewer' }] as const
    const as = (...bindings: Parameters<typeof principal>[0]) => find({ from }, {}, principal(bindings))
    expect(as(binding('viewer'))).toMatchObject(fits)
    expect(as(binding('viewer', { racks: 'staging', apps: 'w*' }))).toMatchObject(fits)
    const reason = 'The request rule deploys does not let you ask.'
    expect(as(binding('viewer', { racks: 'production' }))).toMatchObject(fails(reason))
    expect(as(binding('viewer', { apps: 'billing' }))).toMatchObject(fails(reason))
    expect(as(binding('viewer', { expiresAt: now }))).toMatchObject(fails(reason))
    expect(as(binding('ops'))).toMatchObject(fails(reason))
  })

  test('never a user by the role of a grant', () => {
    const granted = principal([], { grants: [grant({ role: 'viewer' })] })
    expect(find({ from: [{ kind: 'role', name: 'viewer' }] }, {}, granted)).toMatchObject({ rule: 'request:deploys' })
  })

  test('every rack and app in its patterns, and no broader pattern', () => {
    const rule = { racks: ['staging', 'eu-*'], apps: ['web*'] }
    expect(find(rule, { racks: ['staging', 'eu-1', 'eu-*'], apps: ['web', 'web-*'] })).toMatchObject(fits)
    const reason = 'The request rule deploys is for the racks staging and eu-* and the app web*.'
    for (const change of [{ racks: ['*'] }, { racks: ['eu*'] }, { racks: ['staging', 'us'] }, { apps: ['*'] }])
      expect(find(rule, change)).toMatchObject(fails(reason))
  })

  test('a time up to its longest', () => {
    expect(find({}, { seconds: 4 * 3_600 })).toMatchObject(fits)
    expect(find({}, { seconds: 4 * 3_600 + 1 })).toMatchObject(
      fails('The request rule deploys allows at most 4 hours.'),
    )
  })

  test('a reason that its pattern matches as a whole', () => {
    const reason = { prompt: 'Ticket', pattern: '[A-Z]+-[0-9]+|none' }
    expect(find({ reason })).toMatchObject(fits)
    expect(find({ reason }, { reason: 'OPS-1 and more' })).toMatchObject({
      rule: 'request:deploys',
      remedy: 'Give as the reason: Ticket.',
    })
    expect(find({ reason }, { reason: 'no none' })).toMatchObject({ rule: 'request:deploys' })
  })

  test('the first one that fits, or the one that is named', () => {
    const rules = document(
      requestRule({ id: 'short', longest: 60_000 }),
      requestRule({ id: 'first' }),
      requestRule({ id: 'second' }),
    )
    expect(findRequestRule(rules, engineer, wanted(), now)).toMatchObject({ id: 'first' })
    expect(findRequestRule(rules, engineer, wanted({ rule: 'second' }), now)).toMatchObject({ id: 'second' })
    expect(findRequestRule(rules, engineer, wanted({ rule: 'short' }), now)).toMatchObject({ rule: 'request:short' })
    expect(findRequestRule(rules, engineer, wanted({ rule: 'third' }), now)).toMatchObject(
      fails('The request rule third is not for the role deployer.', 'request-rule'),
    )
  })
})

describe('no request rule fits', () => {
  test('an unknown role, or a role without a rule', () => {
    expect(find({ role: 'gone' }, { role: 'gone' })).toMatchObject(fails('There is no role gone.', 'request-role'))
    expect(find({}, { role: 'admin' })).toMatchObject({
      rule: 'request-rule',
      reason: 'No request rule is for the role admin.',
      remedy: 'The roles that you can ask for are: deployer.',
    })
  })

  test('a token or a job', () => {
    const groups = ['engineering']
    for (const asker of [token([], [], { groups }), principal([], { kind: 'workload', groups })])
      expect(find({}, {}, asker)).toMatchObject(fails('Only users can ask for access.', 'request-user'))
  })

  test('another rack than that of the session', () => {
    const bound = { ...engineer, rack: 'staging' }
    expect(find({ racks: ['*'] }, {}, bound)).toMatchObject(fits)
    for (const racks of [['production'], ['*'], ['staging', 'production']])
      expect(find({ racks: ['*'] }, { racks }, bound)).toMatchObject({ rule: 'rack-bound' })
  })

  test('and the denial explains the rule that fits best', () => {
    const rules = document(
      requestRule({ id: 'others', from: [{ kind: 'group', name: 'others' }] }),
      requestRule({ id: 'short', longest: 60_000 }),
      requestRule({ id: 'elsewhere', racks: ['production'] }),
    )
    expect(findRequestRule(rules, engineer, wanted(), now)).toMatchObject({ rule: 'request:short' })
  })
})

test('the options of a user are the rules that let them ask somewhere, for roles that exist', () => {
  const rules = document(
    requestRule({ id: 'group' }),
    requestRule({ id: 'others', from: [{ kind: 'group', name: 'others' }] }),
    requestRule({ id: 'role', from: [{ kind: 'role', name: 'viewer' }], racks: ['production'] }),
    requestRule({ id: 'gone', role: 'gone' }),
  )
  const narrow = principal([binding('viewer', { racks: 'staging' })], { groups: ['engineering'] })
  expect(requestOptions(rules, narrow, now).map(({ id }) => id)).toEqual(['group', 'role'])
  expect(requestOptions(rules, { ...narrow, kind: 'api-token' }, now)).toEqual([])
})
