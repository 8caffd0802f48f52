import { describe, expect, test } from 'vitest'
import type { ManagementCall } from './decision/step-up-decision.ts'
import { readPolicy } from './document/document.ts'
import type { Principal } from './model/types.ts'
import { compilePolicy, type Policy } from './policy/policy.ts'
import { binding, moment, principal, token } from './testing/calls.ts'

function policy(...lines: readonly string[]): Policy {
  const { document, problems } = readPolicy(['version: 1', ...lines, ''].join('\n'), 'policy.yaml')
  if (document === null) throw new Error(problems.map(({ text }) => text).join('; '))
  return compilePolicy(document)
}

const createBinding = { permission: 'gateway:binding:write', scope: 'gateway', stepUp: 'management' } as const
const listUsers: ManagementCall = { permission: 'gateway:user:write', scope: 'gateway' }
const createToken = { permission: 'gateway:self:write', scope: 'self', stepUp: 'management' } as const
const showSelf: ManagementCall = { permission: 'gateway:self:read', scope: 'self' }
const matrix: ManagementCall = { permission: 'gateway:policy:read', scope: 'everyone' }

const admin = [binding('admin')]
const withFactor = principal(admin, { secondFactor: true })
const without = principal(admin, { secondFactor: false })
const apiToken = token(admin, admin, { name: 'token:nightly (ada@example.com)' })
const job = principal(admin, { kind: 'workload', trust: { id: 't', name: 'terraform', subject: 's' } })
const tenMinutes = { kind: 'recent', within: 600_000 }
const passkey = { kind: 'always', methods: 'passkey' }

function asked(given: Policy, who: Principal, call: ManagementCall) {
  const found = given.managementStepUp(who, call, moment())
  return found && [found.effect, found.rule, ...(found.effect === 'require' ? [found.level] : [])]
}

describe('sensitive changes', () => {
  test('need a recent proof of users with a second factor by default, and no proof of other users', () => {
    const builtIn = policy()
    expect(builtIn.managementStepUp(withFactor, createBinding, moment())).toEqual({
      effect: 'require',
      requirement: 'step-up',
      level: tenMinutes,
      rule: 'step-up:management',
      source: 'gateway',
      reason: 'This change of the gateway needs a proof of your second factor that is at most 10 minutes old.',
      remedy: 'Prove your second factor, and repeat the call.',
    })
    for (const who of [without, apiToken, job]) expect(asked(builtIn, who, createBinding)).toBeNull()
    for (const call of [listUsers, showSelf, matrix]) expect(asked(builtIn, withFactor, call)).toBeNull()
  })

  test.each([
    ['without requirements', ['stepUp: {}']],
    [
      'with other ones',
      [
        'stepUp: { rules: { release-promote: { permissions: [release:promote], require: always }, rack-all: { racks: ["*"], require: always } } }',
      ],
    ],
  ])('keep the default in a document %s', (_what, lines) => {
    expect(asked(policy(...lines), withFactor, createToken)).toEqual(['require', 'step-up:management', tenMinutes])
  })

  test('need what the document says, of every user', () => {
    const strict = policy('stepUp: { management: always }')
    for (const who of [withFactor, without])
      expect(asked(strict, who, createToken)).toEqual(['require', 'step-up:management', passkey])
    expect(asked(strict, withFactor, listUsers)).toBeNull()
  })

  test('need no proof if the document says none', () => {
    expect(asked(policy('stepUp: { management: none }'), withFactor, createBinding)).toBeNull()
  })

  test('deny tokens and jobs, except those that the rule names', () => {
    const strict = policy('stepUp: { management: { recent: 10m, except: ["trust:terraform"] } }')
    expect(strict.managementStepUp(apiToken, createBinding, moment())).toMatchObject({
      effect: 'deny',
      rule: 'step-up:management',
      source: 'policy.yaml:2',
      reason: expect.stringContaining('an API token cannot give one'),
      remedy: expect.stringContaining('token:nightly'),
    })
    expect(asked(strict, job, createBinding)).toBeNull()
  })
})

describe('every call', () => {
  const lines = [
    'stepUp: { rules: { gateway-user-write: { permissions: [gateway:user:write], require: { recent: 5m } } } }',
  ]

  test('needs what the document says of its permission', () => {
    const fiveMinutes = { kind: 'recent', within: 300_000 }
    expect(asked(policy(...lines), withFactor, listUsers)).toEqual([
      'require',
      'step-up:rule gateway-user-write',
      fiveMinutes,
    ])
    expect(asked(policy(...lines), withFactor, createBinding)).toEqual(['require', 'step-up:management', tenMinutes])
    expect(asked(policy(...lines), apiToken, listUsers)).toEqual(['deny', 'step-up:rule gateway-user-write'])
  })

  test.each(['racks', 'apps'])('ignores a rule with %s, because it is only for calls on a rack', (list) => {
    const onRacks = policy(
      `stepUp: { management: none, rules: { all: { permissions: ["*"], ${list}: ["*"], require: always } } }`,
    )
    for (const made of [listUsers, createBinding, revokeForOthers]) {
      expect(asked(onRacks, withFactor, made)).toBeNull()
      expect(asked(onRacks, apiToken, made)).toBeNull()
    }
  })

  test('needs what the document says of its second permission', () => {
    const call = { ...createBinding, additionalPermission: 'gateway:user:write' }
    expect(asked(policy(...lines), withFactor, call)).toEqual([
      'require',
      'step-up:rule gateway-user-write',
      { kind: 'recent', within: 300_000 },
    ])
  })

  test('to give access to other users needs the level of its permission', () => {
    const accounts = policy(
      'stepUp: { rules: { gateway-service-account-write: { permissions: [gateway:service-account:write], require: always } } }',
    )
    const call = { ...createToken, permissionForOthers: 'gateway:service-account:write' }
    expect(asked(accounts, withFactor, call)).toEqual([
      'require',
      'step-up:rule gateway-service-account-write',
      passkey,
    ])
    const viewer = principal([binding('viewer')], { secondFactor: true })
    expect(asked(accounts, viewer, call)).toEqual(['require', 'step-up:management', tenMinutes])
  })

  const revoke: ManagementCall = {
    permission: 'gateway:self:write',
    scope: 'self',
    permissionForOthers: 'gateway:token:write',
  }
  const revokeForOthers = { ...revoke, concernsOthers: true }

  test('to revoke access needs no proof by default, and never for items of the caller', () => {
    for (const who of [withFactor, without, apiToken, job]) {
      expect(asked(policy(), who, revokeForOthers)).toBeNull()
      expect(asked(policy('stepUp: { management: always }'), who, revokeForOthers)).toBeNull()
    }
    expect(
      asked(
        policy('stepUp: { rules: { gateway-any: { permissions: ["gateway:*"], require: always } } }'),
        withFactor,
        revoke,
      ),
    ).toBeNull()
  })

  test.each(['gateway:token:write', 'gateway:*'])('on items of other users needs the level of %s', (pattern) => {
    const strict = policy(`stepUp: { rules: { strict: { permissions: ["${pattern}"], require: always } } }`)
    expect(asked(strict, withFactor, revokeForOthers)).toEqual(['require', 'step-up:rule strict', passkey])
    expect(asked(strict, apiToken, revokeForOthers)).toEqual(['deny', 'step-up:rule strict'])
  })

  test.each(['gateway:live-call:read', 'gateway:live-call:end'])(
    'can concern the live calls of other principals: %s',
    (name) => {
      const strict = policy(`stepUp: { rules: { strict: { permissions: [${name}], require: always } } }`)
      const live: ManagementCall = { permission: 'gateway:self:read', scope: 'self', permissionForOthers: name }
      expect(asked(strict, withFactor, { ...live, concernsOthers: true })).toEqual([
        'require',
        'step-up:rule strict',
        passkey,
      ])
      expect(asked(strict, withFactor, live)).toBeNull()
    },
  )

  test('on items of other users needs the level of the role that grants its permission', () => {
    const roles = policy('roles: { boss: { permissions: [gateway:token:write], stepUp: always } }')
    const boss = [binding('boss')]
    expect(asked(roles, principal(boss), revokeForOthers)).toEqual(['require', 'step-up:role boss', passkey])
    expect(asked(roles, principal([binding('admin'), ...boss]), { ...createToken, ...revokeForOthers })).toEqual([
      'require',
      'step-up:role boss',
      passkey,
    ])
    expect(asked(roles, withFactor, revokeForOthers)).toBeNull()
    expect(asked(roles, token([binding('admin')], [binding('admin'), ...boss]), revokeForOthers)).toEqual([
      'deny',
      'step-up:role boss',
    ])
  })

  test('needs what the document says of the role that grants its permission', () => {
    const roles = policy('roles: { boss: { permissions: [gateway:user:write], stepUp: always } }')
    const boss = principal([binding('boss')], { secondFactor: true })
    expect(asked(roles, boss, listUsers)).toEqual(['require', 'step-up:role boss', passkey])
    expect(asked(roles, boss, matrix)).toBeNull()
    expect(asked(roles, principal([binding('boss', { apps: 'web' })]), listUsers)).toBeNull()
    const permission = { ...binding('(permissions)'), permissions: ['gateway:user:write'] }
    expect(asked(roles, token([permission], [binding('boss')]), listUsers)).toEqual(['deny', 'step-up:role boss'])
  })

  test('needs no role for the own account, so no requirement of a role concerns it', () => {
    const roles = policy('roles: { boss: { permissions: ["gateway:*"], stepUp: always } }')
    expect(asked(roles, principal([binding('boss')], { secondFactor: true }), showSelf)).toBeNull()
  })

  test('on the account of the caller needs no proof for a pattern of permissions, because giving a proof needs such calls', () => {
    const all = policy('stepUp: { rules: { all: { permissions: ["*"], require: always } } }')
    const effective: ManagementCall = { permission: 'gateway:policy:read', scope: 'self' }
    for (const call of [showSelf, effective]) expect(asked(all, withFactor, call)).toBeNull()
    expect(asked(all, withFactor, matrix)).toEqual(['require', 'step-up:rule all', passkey])
    expect(asked(all, withFactor, listUsers)).toEqual(['require', 'step-up:rule all', passkey])
  })
})

describe('from the time of enrollBy on', () => {
  const late = policy('stepUp: { enrollBy: 2020-01-01 }')

  test('a user without a second factor can only use the own account', () => {
    for (const call of [createBinding, listUsers, matrix])
      expect(asked(late, without, call)).toEqual(['deny', 'enrollment'])
    expect(asked(late, without, showSelf)).toBeNull()
    expect(asked(late, withFactor, listUsers)).toBeNull()
    expect(asked(late, apiToken, listUsers)).toBeNull()
  })

  test('a user without a second factor cannot use what others own', () => {
    const end = {
      permission: 'gateway:self:write',
      scope: 'self',
      permissionForOthers: 'gateway:session:write',
    } as const
    expect(asked(late, without, { ...end, concernsOthers: true })).toEqual(['deny', 'enrollment'])
    expect(asked(late, without, end)).toBeNull()
    expect(asked(late, withFactor, { ...end, concernsOthers: true })).toBeNull()
  })

  test('a user without a second factor cannot create an API token, which would need no factor', () => {
    expect(asked(late, without, createToken)).toEqual(['deny', 'enrollment'])
  })
})
