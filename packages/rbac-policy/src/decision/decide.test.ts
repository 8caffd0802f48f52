import { readCommand } from '@rack-gateway/command-matcher'
import { describe, expect, test } from 'vitest'
import { builtInPolicy } from '../document/document.ts'
import type { RackCall } from '../model/types.ts'
import { compilePolicy } from '../policy/policy.ts'
import { binding, call, now, principal, token } from '../testing/calls.ts'

const policy = compilePolicy(builtInPolicy())
const run = 'POST /apps/{app}/services/{service}/processes'
const exec = 'WS /apps/{app}/processes/{pid}/exec'
const stop = 'DELETE /apps/{app}/processes/{pid}'

function as(role: string, route: string, change: Partial<RackCall> = {}) {
  return policy.decide(principal([binding(role)]), call(route, change))
}

describe('the response', () => {
  test('says by which role, permission and bindings a call is allowed', () => {
    const both = principal([
      binding('viewer'),
      binding('deployer', { id: 'b2', apps: 'web' }),
      binding('ci', { racks: 'other' }),
    ])
    expect(policy.decide(both, call('POST /apps/{app}/releases/{id}/promote'))).toEqual({
      effect: 'allow',
      rule: 'role:deployer',
      source: expect.stringMatching(/^built-in:\d+$/),
      permission: 'release:promote',
      reason: 'The role deployer grants release:promote.',
      roles: ['viewer', 'deployer'],
      bindings: ['binding-viewer', 'b2'],
      policy: policy.hash,
    })
  })

  test('says what is missing, which roles have it, and what to do', () => {
    expect(as('viewer', 'DELETE /apps/{app}')).toEqual({
      effect: 'deny',
      rule: 'no-permission',
      source: 'bindings',
      permission: 'app:delete',
      reason: 'app:delete on web needs the role admin; you have the role viewer on staging.',
      remedy: 'Ask an administrator of the gateway for a role that has it.',
      roles: ['viewer'],
      bindings: ['binding-viewer'],
      policy: policy.hash,
    })
    expect(as('viewer', 'GET /registries')).toMatchObject({
      reason: expect.stringContaining(
        'registry:list on staging needs one of the roles ops, deployer, and admin; you have the role viewer on staging.',
      ),
    })
  })

  test('says whose fault it is when a token is refused', () => {
    const weak = token([binding('viewer')], [binding('admin')])
    const strong = token([binding('admin')], [binding('viewer')])
    const job = principal([binding('ci')], { kind: 'workload' })
    const route = call('DELETE /apps/{app}')
    expect(policy.decide(weak, route)).toMatchObject({
      reason: expect.stringContaining('; this token has the role viewer on staging.'),
    })
    expect(policy.decide(strong, route)).toMatchObject({
      reason: expect.stringContaining('; the owner of this token has the role viewer on staging.'),
    })
    expect(policy.decide(job, route)).toMatchObject({
      reason: expect.stringContaining('; this job has the role ci on staging.'),
    })
  })

  test('says where a binding is missing', () => {
    const elsewhere = principal([binding('admin', { apps: 'billing' })])
    const orphan = token([binding('admin')], [])
    expect(policy.decide(elsewhere, call('GET /apps/{app}'))).toMatchObject({
      reason: expect.stringMatching(/^You have no role on web of the rack staging\./),
    })
    expect(policy.decide(elsewhere, call('GET /instances'))).toMatchObject({
      reason: expect.stringMatching(
        /^This call affects the whole rack staging, and you have no role on all of its apps\./,
      ),
    })
    expect(policy.decide(orphan, call('GET /apps'))).toMatchObject({
      reason: expect.stringMatching(/^The owner of this token has no role on the rack staging\./),
    })
  })

  test('says which rack a credential is for', () => {
    expect(policy.decide(principal([binding('admin')], { rack: 'production' }), call('GET /apps'))).toEqual({
      effect: 'deny',
      rule: 'rack-bound',
      source: 'bindings',
      permission: 'app:list',
      reason: 'This session is valid only for the rack production, and this call is for staging.',
      remedy: 'Use that rack, or a credential that is not bound to it.',
      roles: [],
      bindings: [],
      policy: policy.hash,
    })
  })

  test('contains no percent sign and no line break of the caller', () => {
    const odd = { rack: '%s\n', app: '%d\r\n%n', service: '%x', release: null }
    for (const route of ['GET /apps/{app}', run, 'DELETE /apps/{app}', 'GET /instances']) {
      for (const role of ['viewer', 'admin', 'none']) {
        const decision = as(role, route, { ...odd, command: readCommand('%s', 'run') })
        if (decision.effect === 'deny') expect(decision.reason).not.toMatch(/[%\r\n]/)
      }
    }
  })
})

describe('a token can do only what both it and its owner can do', () => {
  test.each<[string, string, string, boolean]>([
    ['deployer', 'deployer', 'POST /apps/{app}/releases', true],
    ['deployer', 'admin', 'POST /apps/{app}/releases', true],
    ['admin', 'deployer', 'POST /apps/{app}/releases', true],
    ['viewer', 'admin', 'POST /apps/{app}/releases', false],
    ['admin', 'viewer', 'POST /apps/{app}/releases', false],
    ['admin', 'ops', 'DELETE /apps/{app}', false],
    ['ci', 'ops', 'POST /apps/{app}/services/{service}/restart', false],
  ])('token %s, owner %s, %s: %s', (own, owner, route, may) => {
    expect(policy.decide(token([binding(own)], [binding(owner)]), call(route)).effect).toBe(may ? 'allow' : 'deny')
  })

  test('on racks and apps too', () => {
    const web = [binding('deployer', { apps: 'web' })]
    const api = [binding('deployer', { apps: 'api' })]
    const staging = [binding('deployer', { racks: 'staging' })]
    const production = [binding('deployer', { racks: 'production' })]
    expect(policy.decide(token(web, staging), call('GET /apps/{app}')).effect).toBe('allow')
    expect(policy.decide(token(web, api), call('GET /apps/{app}'))).toMatchObject({ rule: 'no-binding' })
    expect(policy.decide(token(staging, production), call('GET /apps/{app}'))).toMatchObject({ rule: 'no-binding' })
  })

  test('until either binding ends', () => {
    const ending = [binding('deployer', { expiresAt: now })]
    const lasting = [binding('deployer', { expiresAt: now + 1 })]
    expect(policy.decide(token(lasting, lasting), call('GET /apps/{app}')).effect).toBe('allow')
    expect(policy.decide(token(ending, lasting), call('GET /apps/{app}')).effect).toBe('deny')
    expect(policy.decide(token(lasting, ending), call('GET /apps/{app}')).effect).toBe('deny')
  })

  test('but command rules apply to the token alone: its owner needs the permission to run', () => {
    const demoted = token([binding('admin')], [binding('deployer')])
    const console_ = { command: readCommand('rails console', 'run') }
    expect(policy.decide(demoted, call(run))).toMatchObject({ effect: 'allow', rule: 'command:pre-release' })
    expect(policy.decide(demoted, call(run, console_))).toMatchObject({ rule: 'command:rails-console' })
    const narrow = token([binding('ci')], [binding('admin')])
    expect(policy.decide(narrow, call(run, console_)).effect).toBe('deny')
    const outsider = token([binding('admin')], [binding('viewer')])
    expect(policy.decide(outsider, call(run))).toMatchObject({ rule: 'no-permission', permission: 'process:run' })
  })

  test('every binding that was looked at is named', () => {
    const decision = policy.decide(token([binding('ci')], [binding('admin', { id: 'of-owner' })]), call('GET /apps'))
    expect(decision).toMatchObject({ roles: ['ci'], bindings: ['binding-ci', 'of-owner'] })
  })
})

describe('an own run', () => {
  const own = { process: { id: 'p1', known: true, service: 'command', own: true } }

  test('can be stopped by the principal that started it, with any role on the app', () => {
    for (const role of ['viewer', 'ci', 'deployer'])
      expect(as(role, stop, own)).toMatchObject({ effect: 'allow', rule: 'own-run' })
    expect(as('no-such-role', stop, own)).toMatchObject({ rule: 'no-binding' })
    expect(as('ci', stop)).toMatchObject({ rule: 'no-permission', permission: 'process:stop' })
  })

  test('can be used by ci, which can use no other', () => {
    expect(as('ci', exec, own)).toMatchObject({ effect: 'allow', rule: 'command:pre-release' })
    expect(as('ci', exec)).toMatchObject({ rule: 'no-permission', permission: 'process:exec' })
    expect(as('viewer', exec, own)).toMatchObject({ rule: 'no-permission', permission: 'process:exec-own' })
  })

  test('does not bypass the command rules', () => {
    const command = readCommand('sh', 'exec')
    expect(as('ci', exec, { ...own, command })).toMatchObject({ effect: 'deny', rule: 'command:no-rule' })
    expect(as('deployer', exec, { process: { id: 'p1', known: true, service: 'web', own: true } })).toMatchObject({
      rule: 'command:no-rule',
    })
  })
})

describe('in processes of other services', () => {
  test.each(['web', 'worker', null])('%s: only an admin executes', (service) => {
    const change = { process: { id: 'p1', known: service !== null, service, own: false } }
    expect(as('deployer', exec, change)).toMatchObject({ rule: 'no-permission', permission: 'process:exec-any' })
    expect(as('admin', exec, change)).toMatchObject({ effect: 'allow', rule: 'command:any-command' })
  })

  test.each(['web', null])('%s: only an admin copies', (service) => {
    const change = { process: { id: 'p1', known: service !== null, service, own: false } }
    for (const method of ['GET', 'POST', 'DELETE']) {
      expect(as('deployer', `${method} /apps/{app}/processes/{pid}/files`, change)).toMatchObject({
        permission: 'process:exec-any',
      })
      expect(as('admin', `${method} /apps/{app}/processes/{pid}/files`, change).effect).toBe('allow')
    }
  })
})

describe('releases and apps', () => {
  test('ci releases with the environment as it is, and only so', () => {
    expect(as('ci', 'POST /apps/{app}/releases', { environment: { changed: [] } }).effect).toBe('allow')
    expect(as('ci', 'POST /apps/{app}/releases', { environment: { changed: ['A'] } })).toMatchObject({
      permission: 'env:write',
    })
    expect(as('deployer', 'POST /apps/{app}/releases', { environment: { changed: ['A'] } }).effect).toBe('allow')
  })

  test('ops locks an app but cannot change it otherwise', () => {
    const form = (...names: string[]) => ({ parameters: { query: [], form: names, headers: [] } })
    expect(as('ops', 'PUT /apps/{app}', form('lock')).effect).toBe('allow')
    expect(as('ops', 'PUT /apps/{app}', form('lock', 'parameters'))).toMatchObject({ permission: 'app:update' })
    expect(as('viewer', 'PUT /apps/{app}', form('lock'))).toMatchObject({ permission: 'app:lock' })
  })
})

test('permissions of several bindings add up, each on its own apps', () => {
  const mixed = principal([binding('viewer'), binding('admin', { id: 'web-admin', apps: 'web' })])
  expect(policy.decide(mixed, call('DELETE /apps/{app}')).effect).toBe('allow')
  expect(policy.decide(mixed, call('DELETE /apps/{app}', { app: 'billing' })).effect).toBe('deny')
  expect(policy.decide(mixed, call('POST /apps')).effect).toBe('deny')
  expect(policy.decide(mixed, call(run, { app: 'billing', command: readCommand('sh', 'run') })).effect).toBe('deny')
})
