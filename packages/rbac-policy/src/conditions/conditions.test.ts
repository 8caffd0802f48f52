import { readCommand } from '@rack-gateway/command-matcher'
import { describe, expect, test } from 'vitest'
import { builtInPolicy, readPolicy } from '../document/document.ts'
import type { RackCall } from '../model/types.ts'
import type { Policy } from '../policy/policy.ts'
import { compilePolicy } from '../policy/policy.ts'
import { binding, call, moment, now, principal, token } from '../testing/calls.ts'

function policyOf(...lines: readonly string[]): Policy {
  const { document, problems } = readPolicy(['version: 1', ...lines, ''].join('\n'), 'policy.yaml')
  if (document === null) throw new Error(problems.map(({ text }) => text).join('; '))
  return compilePolicy(document)
}

const office = 'time: [{ days: [mon, tue, wed, thu, fri], from: 08:00, to: 18:00, zone: Europe/Berlin }]'
const monday = Date.UTC(2030, 0, 7)
const at = (hours: number, minutes = 0) => monday + (hours * 60 + minutes) * 60_000
const get = (change: Partial<RackCall> = {}) => call('GET /apps/{app}', change)

describe('a role with a condition on time', () => {
  const policy = policyOf('roles:', `  day-shift: { extends: [deployer], when: { ${office} } }`)
  const worker = principal([binding('day-shift')])

  test.each([
    [at(6, 59), 'deny'],
    [at(7), 'allow'],
    [at(16, 59), 'allow'],
    [at(17), 'deny'],
    [at(-24 + 12), 'deny'],
    // Summer time, an hour earlier.
    [Date.UTC(2030, 6, 1, 6), 'allow'],
    [Date.UTC(2030, 6, 1, 16), 'deny'],
  ])('at %d: %s', (moment, effect) => {
    expect(policy.decide(worker, get({ at: moment })).effect).toBe(effect)
  })

  test('the denial names the condition with its line, and what to do', () => {
    expect(policy.decide(worker, get({ at: at(20) }))).toMatchObject({
      effect: 'deny',
      rule: 'condition:day-shift',
      source: 'policy.yaml:3',
      reason: 'The role day-shift applies only mon, tue, wed, thu, fri from 08:00 to 18:00 (Europe/Berlin).',
      remedy: expect.stringContaining('Wait until then'),
      roles: [],
      bindings: [],
    })
  })

  test('does not limit other bindings', () => {
    const both = principal([binding('viewer'), binding('day-shift')])
    const promote = call('POST /apps/{app}/releases/{id}/promote', { at: at(20) })
    expect(policy.decide(both, get({ at: at(20) }))).toMatchObject({ rule: 'role:viewer', roles: ['viewer'] })
    expect(policy.decide(both, promote)).toMatchObject({ rule: 'condition:day-shift', permission: 'release:promote' })
    expect(policy.decide(both, { ...promote, at: at(12) })).toMatchObject({ roles: ['viewer', 'day-shift'] })
  })

  test('shows and lists only what it allows', () => {
    const night = { ...moment(at(20)) }
    const where = { rack: 'staging', app: 'web', scope: 'app' } as const
    expect(policy.hasPermission(worker, 'env:read', where, night)).toBe(false)
    expect(policy.hasPermission(worker, 'env:read', where, moment(at(12)))).toBe(true)
    expect(policy.canSeeApp(worker, 'staging', 'web', night)).toBe(false)
    expect(policy.racksOf(worker, ['staging'], night)).toEqual([])
  })

  test('applies to the token that has the role, not to its owner', () => {
    const ofWorker = token([binding('ci')], [binding('day-shift')])
    expect(policy.decide(ofWorker, get({ at: at(20) })).effect).toBe('allow')
    const bound = token([binding('day-shift')], [binding('admin')])
    expect(policy.decide(bound, get({ at: at(20) }))).toMatchObject({ rule: 'condition:day-shift' })
  })
})

test('a window past midnight belongs to the day on which it begins', () => {
  const policy = policyOf(
    'roles:',
    '  night: { extends: [ops], when: { time: [{ days: [mon], from: 22:00, to: 06:00, zone: UTC }] } }',
  )
  const worker = principal([binding('night')])
  const may = (moment: number) => policy.decide(worker, get({ at: moment })).effect
  expect([at(21, 59), at(22), at(29, 59), at(30), at(2)].map(may)).toEqual(['deny', 'allow', 'allow', 'deny', 'deny'])
})

describe('a role with a condition on addresses', () => {
  const policy = policyOf('roles:', '  vpn: { extends: [admin], when: { addresses: [10.0.0.0/8, "2001:db8::/32"] } }')
  const worker = principal([binding('vpn')])

  test.each([
    ['10.1.2.3', 'allow'],
    ['::ffff:10.1.2.3', 'allow'],
    ['2001:db8::1', 'allow'],
    ['11.0.0.1', 'deny'],
    ['2001:db9::1', 'deny'],
    ['unknown', 'deny'],
    ['', 'deny'],
  ])('from %s: %s', (address, effect) => {
    expect(policy.decide(worker, get({ address })).effect).toBe(effect)
    expect(policy.decide(worker, get({ address })).effect).toBe(effect)
  })

  test('passes while the address is unknown', () => {
    expect(policy.decide(worker, get({ address: null })).effect).toBe('allow')
  })

  test('the denial names the allowed addresses and the address of the caller', () => {
    expect(policy.decide(worker, get({ address: '11.0.0.1' }))).toMatchObject({
      reason: 'The role vpn applies only from 10.0.0.0/8 and 2001:db8::/32, and your address is 11.0.0.1.',
    })
  })

  test('can be granted only as the role with this condition', () => {
    const granter = principal([binding('vpn')])
    const inside = { at: now, address: '10.0.0.1' }
    const wanted = { role: 'vpn', racks: '*', apps: '*', until: null }
    expect(policy.canGrant(granter, wanted, inside)).toBeNull()
    expect(policy.canGrant(granter, { ...wanted, role: 'viewer' }, inside)?.reason).toMatch(
      /^you (are not|do not have) /,
    )
    expect(policy.canGrant(granter, wanted, { ...inside, address: '11.0.0.1' })?.reason).toMatch(
      /^you (are not|do not have) /,
    )
    const permissions = { ...wanted, permissions: ['app:read'] }
    expect(policy.canGrant(granter, permissions, inside)?.reason).toMatch(/^you (are not|do not have) /)
  })
})

describe('a role with conditions on racks, apps, and callers', () => {
  const policy = policyOf(
    'roles:',
    '  narrow: { extends: [admin], when: { racks: [stag*], apps: [web, w-*], callers: [api-token] } }',
  )
  const bot = token([binding('narrow')], [binding('admin')])

  test.each<[string, Partial<RackCall>, string]>([
    ['GET /apps/{app}', {}, 'allow'],
    ['GET /apps/{app}', { app: 'w-2' }, 'allow'],
    ['GET /apps/{app}', { app: 'api' }, 'deny'],
    ['GET /apps/{app}', { rack: 'production' }, 'deny'],
    ['GET /apps', {}, 'allow'],
    ['GET /instances', {}, 'deny'],
    ['POST /apps', {}, 'deny'],
  ])('%s %j: %s', (route, change, effect) => {
    expect(policy.decide(bot, call(route, change)).effect).toBe(effect)
  })

  test.each<[string, Partial<RackCall>, string]>([
    ['GET /apps/{app}', { app: 'api' }, 'The role narrow applies only on the apps web and w-*.'],
    ['GET /apps/{app}', { rack: 'production' }, 'The role narrow applies only on the rack stag*.'],
    ['GET /instances', {}, 'The role narrow applies only on the apps web and w-*.'],
    ['GET /apps', { rack: 'production' }, 'The role narrow applies only on the rack stag*.'],
  ])('names the scope where it applies: %s %j', (route, change, reason) => {
    expect(policy.decide(bot, call(route, change))).toMatchObject({ rule: 'condition:narrow', reason })
  })

  test('is not named in a denial if its binding does not cover the scope, or has expired', () => {
    const elsewhere = token([binding('narrow', { racks: 'staging', apps: 'web' })], [binding('admin')])
    expect(policy.decide(elsewhere, get({ app: 'api' }))).toMatchObject({ rule: 'no-binding' })
    expect(policy.decide(elsewhere, get({ rack: 'production' }))).toMatchObject({ rule: 'no-binding' })
    const expired = token([binding('narrow', { expiresAt: now - 1 })], [binding('admin')])
    expect(policy.decide(expired, get({ app: 'api' }))).toMatchObject({ rule: 'no-binding' })
  })

  test('names the condition of the role that has the permission, not of other roles', () => {
    const both = token([binding('viewer'), binding('narrow')], [binding('admin')])
    const promote = call('POST /apps/{app}/releases/{id}/promote', { app: 'api' })
    expect(policy.decide(both, promote)).toMatchObject({ rule: 'condition:narrow' })
  })

  test('the denial names the allowed kinds of callers', () => {
    expect(policy.decide(principal([binding('narrow')]), get())).toMatchObject({
      rule: 'condition:narrow',
      reason: 'The role narrow applies only for API tokens.',
    })
  })

  test('on a role of the owner also limits the token, except for the kind of caller', () => {
    const owned = token([binding('admin')], [binding('narrow')])
    expect(policy.decide(owned, get()).effect).toBe('allow')
    expect(policy.decide(owned, get({ app: 'api' }))).toMatchObject({ rule: 'no-binding' })
    const byPeople = policyOf('roles:', '  people: { extends: [admin], when: { callers: [user] } }')
    expect(byPeople.decide(token([binding('admin')], [binding('people')]), get()).effect).toBe('allow')
  })
})

describe('a command rule with conditions', () => {
  const policy = policyOf(
    'commands:',
    '  rules:',
    `    migrate: { run: rake db:migrate, roles: [deployer], when: { ${office}, callers: [user] } }`,
  )
  const run = 'POST /apps/{app}/services/{service}/processes'
  const asked = (moment: number) => call(run, { at: moment, command: readCommand('rake db:migrate', 'run') })
  const user = principal([binding('deployer')])

  test('allows the command while they are met, and otherwise says why not', () => {
    expect(policy.decide(user, asked(at(12)))).toMatchObject({ effect: 'allow', source: 'policy.yaml:4' })
    expect(policy.decide(user, asked(at(20)))).toMatchObject({
      effect: 'deny',
      rule: 'condition:command:migrate',
      reason: expect.stringMatching(/^The command rule migrate applies only mon, tue/),
      remedy: expect.stringContaining('Wait'),
    })
  })

  test('is checked for the kind of caller', () => {
    const bot = token([binding('deployer')], [binding('deployer')])
    expect(policy.decide(bot, asked(at(12)))).toMatchObject({
      reason: 'The command rule migrate applies only for people.',
    })
  })

  test('also limits the start of an attached run', () => {
    const start = (moment: number) => call(run, { at: moment, command: readCommand('sleep 60', 'run') })
    expect(policy.decide(user, start(at(12))).effect).toBe('allow')
    expect(policy.decide(user, start(at(20))).effect).toBe('deny')
  })
})

test('the built-in policy has no conditions', () => {
  const { roles, commands } = builtInPolicy()
  expect([...roles, ...commands].filter(({ when }) => when !== undefined)).toEqual([])
})
