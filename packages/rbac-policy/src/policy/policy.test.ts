import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { builtInPolicy } from '../document/document.ts'
import { InvalidPolicy } from '../errors/errors.ts'
import type { PolicyDocument } from '../policy-document/policy-document.ts'
import { binding, call, moment, now, principal, token } from '../testing/calls.ts'
import { compilePolicy } from './policy.ts'

const policy = compilePolicy(builtInPolicy())
const web = { rack: 'staging', app: 'web', scope: 'app' } as const

describe('hasPermission', () => {
  test('checks one permission in one scope', () => {
    const ops = principal([binding('ops', { racks: 'stag*', apps: 'web' })])
    expect(policy.hasPermission(ops, 'env:read', web, moment())).toBe(true)
    expect(policy.hasPermission(ops, 'secret:read', web, moment())).toBe(false)
    expect(policy.hasPermission(ops, 'env:read', { ...web, app: 'api' }, moment())).toBe(false)
    expect(policy.hasPermission(ops, 'env:read', { ...web, rack: 'production' }, moment())).toBe(false)
    expect(policy.hasPermission(ops, 'env:read', { ...web, scope: 'rack' }, moment())).toBe(false)
    expect(policy.hasPermission(ops, 'env:read', { ...web, app: null }, moment())).toBe(false)
    expect(policy.hasPermission(ops, 'env:read', { ...web, app: null, scope: 'list' }, moment())).toBe(true)
  })

  test('expires with the binding, and is limited by the owner and by the rack of the credential', () => {
    const admin = [binding('admin')]
    expect(policy.hasPermission(principal([binding('admin', { expiresAt: now })]), 'secret:read', web, moment())).toBe(
      false,
    )
    expect(
      policy.hasPermission(principal([binding('admin', { expiresAt: now })]), 'secret:read', web, moment(now - 1)),
    ).toBe(true)
    expect(policy.hasPermission(token(admin, [binding('viewer')]), 'secret:read', web, moment())).toBe(false)
    expect(policy.hasPermission(token(admin, admin), 'secret:read', web, moment())).toBe(true)
    expect(policy.hasPermission(principal(admin, { rack: 'production' }), 'secret:read', web, moment())).toBe(false)
    expect(policy.hasPermission(principal(admin, { kind: 'api-token' }), 'secret:read', web, moment())).toBe(false)
  })

  test('expires with the binding for a principal that was checked before', () => {
    const ending = principal([binding('admin', { expiresAt: now + 2 }), binding('viewer')])
    const basis = (at: number) => policy.decide(ending, call('GET /apps/{app}', { at }))
    const isAdmin = (at: number) => policy.hasPermission(ending, 'secret:read', web, moment(at))
    expect([isAdmin(now), isAdmin(now + 1)]).toEqual([true, true])
    expect(basis(now + 1)).toMatchObject({ bindings: ['binding-admin', 'binding-viewer'], roles: ['admin', 'viewer'] })
    expect([isAdmin(now + 2), isAdmin(now + 3)]).toEqual([false, false])
    expect(basis(now + 2)).toMatchObject({ bindings: ['binding-viewer'], roles: ['viewer'] })
  })

  test('expires with each of many bindings, and is limited by the owner', () => {
    const many = Array.from({ length: 40 }, (_, index) => binding('viewer', { id: `viewer-${index}` }))
    const [ending, lasting] = [binding('admin', { expiresAt: now + 1 }), binding('admin')]
    const isAdmin = (asked: Parameters<typeof policy.decide>[0], at: number) =>
      policy.hasPermission(asked, 'secret:read', web, moment(at))
    for (const [asked, expected] of [
      [principal([...many, ending]), [true, true, false, false]],
      [token([...many, lasting], [...many, ending]), [true, true, false, false]],
      [token([...many, lasting], many), [false, false, false, false]],
      [token([], [...many, lasting]), [false, false, false, false]],
    ] as const)
      expect([now, now, now + 1, now + 1].map((at) => isAdmin(asked, at))).toEqual(expected)
    expect(policy.decide(principal(many), call('GET /apps/{app}')).bindings).toHaveLength(40)
  })

  test('is correct for more apps than the cache has entries', () => {
    const ops = principal([binding('ops', { apps: 'web-*7' })])
    const apps = Array.from({ length: 2_500 }, (_, index) => `web-${index}`)
    for (let round = 0; round < 2; round++) {
      const allowed = apps.filter((app) => policy.hasPermission(ops, 'env:read', { ...web, app }, moment()))
      expect(allowed).toEqual(apps.filter((app) => app.endsWith('7')))
    }
  })

  test('caches no name that a caller can choose: a decision depends only on the matching bindings', () => {
    const ops = principal([binding('ops', { apps: 'web-*' }), binding('viewer', { apps: '*-2' })])
    const basis = (app: string) => policy.decide(ops, call('GET /apps/{app}', { app })).bindings
    expect(basis('web-1')).toEqual(['binding-ops'])
    expect(basis(`web-${'x'.repeat(8_000)}`)).toBe(basis('web-1'))
    expect(basis('web-2')).toEqual(['binding-ops', 'binding-viewer'])
    expect(basis('web-22-2')).toBe(basis('web-2'))
  })

  test('distinguishes scopes whose concatenated names are equal', () => {
    const ops = principal([binding('ops', { racks: 'staging', apps: 'a b' })])
    expect(policy.hasPermission(ops, 'env:read', { rack: 'staging', app: 'a b', scope: 'app' }, moment())).toBe(true)
    expect(policy.hasPermission(ops, 'env:read', { rack: 'staging a', app: 'b', scope: 'app' }, moment())).toBe(false)
  })

  test("the gateway's own permissions are checked on the rack *: a binding to one rack is not enough", () => {
    const everywhere = { rack: '*', app: null, scope: 'rack' } as const
    expect(policy.hasPermission(principal([binding('auditor')]), 'gateway:audit:read', everywhere, moment())).toBe(true)
    expect(
      policy.hasPermission(
        principal([binding('auditor', { racks: 'staging' })]),
        'gateway:audit:read',
        everywhere,
        moment(),
      ),
    ).toBe(false)
    expect(
      policy.hasPermission(principal([binding('admin', { apps: 'web' })]), 'gateway:user:write', everywhere, moment()),
    ).toBe(false)
    expect(
      policy.hasPermission(
        principal([binding('admin')], { rack: 'staging' }),
        'gateway:user:write',
        everywhere,
        moment(),
      ),
    ).toBe(false)
  })
})

describe('visible racks and apps', () => {
  const racks = ['staging', 'production', 'us-east']

  test('racks with any current binding', () => {
    expect(policy.racksOf(principal([binding('viewer', { apps: 'web', racks: 'staging' })]), racks, moment())).toEqual([
      'staging',
    ])
    expect(policy.racksOf(principal([binding('viewer')]), racks, moment())).toEqual(racks)
    expect(policy.racksOf(principal([binding('viewer')], { rack: 'us-east' }), racks, moment())).toEqual(['us-east'])
    expect(
      policy.racksOf(principal([binding('no-such-role'), binding('viewer', { expiresAt: now })]), racks, moment()),
    ).toEqual([])
    const cut = token([binding('admin')], [binding('viewer', { racks: '*s*' })])
    expect(policy.racksOf(cut, racks, moment())).toEqual(['staging', 'us-east'])
  })

  test('apps with a binding that allows listing them', () => {
    const mixed = principal([binding('viewer', { apps: 'web' }), binding('auditor', { apps: 'billing' })])
    expect(policy.canSeeApp(mixed, 'staging', 'web', moment())).toBe(true)
    expect(policy.canSeeApp(mixed, 'staging', 'billing', moment())).toBe(false)
    expect(policy.canSeeApp(mixed, 'staging', 'api', moment())).toBe(false)
    expect(
      policy.canSeeApp(token([binding('viewer')], [binding('viewer', { apps: 'api' })]), 'staging', 'web', moment()),
    ).toBe(false)
  })

  test('an app is visible exactly if its details can be read', () => {
    const name = fc.stringMatching(/^[ab*]{1,4}$/)
    fc.assert(
      fc.property(
        name,
        name,
        name.map((text) => text.replaceAll('*', 'c')),
        (racks, apps, app) => {
          const viewer = principal([binding('viewer', { racks, apps })])
          const read = policy.decide(viewer, call('GET /apps/{app}', { rack: 'ab', app }))
          expect(policy.canSeeApp(viewer, 'ab', app, moment())).toBe(read.effect === 'allow')
        },
      ),
    )
  })
})

test('a token never has a permission that its owner lacks, on any rack and app', () => {
  const anyBinding = fc
    .record({
      role: fc.constantFrom('viewer', 'ops', 'deployer', 'ci', 'admin', 'auditor', 'unknown'),
      racks: fc.constantFrom('*', 'staging', 'prod*'),
      apps: fc.constantFrom('*', 'web', 'w*', 'billing'),
      expiresAt: fc.constantFrom(null, now - 1, now + 1),
    })
    .map(({ role, ...change }) => binding(role, change))
  const bindings = fc.array(anyBinding, { maxLength: 3 })
  const routes = fc.constantFrom('GET /apps', 'GET /apps/{app}', 'DELETE /apps/{app}', 'GET /instances')
  fc.assert(
    fc.property(bindings, bindings, routes, fc.constantFrom('staging', 'production'), (own, owner, route, rack) => {
      const asked = call(route, { rack })
      if (policy.decide(token(own, owner), asked).effect !== 'allow') return
      expect(policy.decide(principal(own), asked).effect).toBe('allow')
      expect(policy.decide(principal(owner), asked).effect).toBe('allow')
    }),
  )
})

describe('the hash', () => {
  test('is SHA-256 in hex, the same for the same content in another order of keys', () => {
    const { roles, ...rest } = builtInPolicy()
    const turned: PolicyDocument = { ...rest, roles: roles.map(({ name, ...role }) => ({ ...role, name })) }
    expect(policy.hash).toMatch(/^[0-9a-f]{64}$/)
    expect(compilePolicy(turned).hash).toBe(policy.hash)
  })

  test('changes with every change', () => {
    const changes: Partial<PolicyDocument>[] = [
      { blocked: [] },
      { runServices: [] },
      { commands: [...builtInPolicy().commands].reverse() },
      { proxyHosts: ['db.internal'] },
      { roles: [...builtInPolicy().roles, { name: 'x', description: '', permissions: [] }] },
    ]
    const hashes = changes.map((change) => compilePolicy({ ...builtInPolicy(), ...change }).hash)
    expect(new Set([policy.hash, ...hashes]).size).toBe(changes.length + 1)
  })
})

describe('an invalid document is rejected', () => {
  const role = { name: 'x', description: '', permissions: ['app:list'] }

  test.each<[string, Partial<PolicyDocument>]>([
    ['needs a name', { roles: [...builtInPolicy().roles, { ...role, name: 'Per %' }] }],
    ['exists twice', { roles: [...builtInPolicy().roles, { ...role, name: 'admin' }] }],
    [
      '"relase:promote", which does not exist',
      { roles: [...builtInPolicy().roles, { ...role, permissions: ['relase:promote'] }] },
    ],
    ['names the role "admin", which does not exist', { roles: [role] }],
    ['"PUT /sytem" is not a route', { blocked: [{ route: 'PUT /sytem', reason: 'No.', next: '' }] }],
    ['needs a reason', { blocked: [{ route: 'PUT /system', reason: ' ', next: '' }] }],
    ['needs a reason', { blocked: [{ route: 'PUT /system', reason: '100 % no.', next: '' }] }],
    ['the proxy host "*"', { proxyHosts: ['*'] }],
    ['the proxy host "*.*"', { proxyHosts: ['*.*'] }],
    ['the proxy host ""', { proxyHosts: [''] }],
    ['the proxy host "DB"', { proxyHosts: ['DB'] }],
  ])('%s', (problem, change) => {
    expect(() => compilePolicy({ ...builtInPolicy(), ...change })).toThrow(InvalidPolicy)
    expect(() => compilePolicy({ ...builtInPolicy(), ...change })).toThrow(problem)
  })

  test('with every problem at once', () => {
    expect(() =>
      compilePolicy({ ...builtInPolicy(), proxyHosts: ['*'], blocked: [{ route: 'x', reason: '', next: '' }] }),
    ).toThrow(/blocked.*proxy host/)
    const commands = [{ id: 'x', argv: [], services: ['command'], roles: ['admin'] }]
    expect(() => compilePolicy({ ...builtInPolicy(), commands })).toThrow('the rule "x" has no words')
  })

  test('a custom role grants exactly what it names', () => {
    const own = compilePolicy({
      ...builtInPolicy(),
      roles: [...builtInPolicy().roles, { ...role, permissions: ['log:*'] }],
    })
    const reader = principal([binding('x')])
    expect(own.decide(reader, call('WS /apps/{app}/logs'))).toMatchObject({ effect: 'allow', rule: 'role:x' })
    expect(own.decide(reader, call('GET /apps/{app}'))).toMatchObject({ rule: 'no-permission' })
    expect(policy.decide(reader, call('WS /apps/{app}/logs'))).toMatchObject({ rule: 'no-binding' })
  })
})

describe('adminRoles', () => {
  test('are those with every permission without conditions, because only they can grant every role', () => {
    const role = (name: string, permissions: string[], when?: object) => ({
      name,
      description: '',
      permissions,
      ...(when && { when: [when] }),
    })
    const roles = [
      ...builtInPolicy().roles,
      role('root', ['*']),
      role('root-by-day', ['*'], { callers: ['user'] }),
      role('binder', ['gateway:binding:write', 'gateway:*']),
    ]
    const wider = compilePolicy({ ...builtInPolicy(), roles })
    expect(wider.rolesWith('gateway:binding:write')).toEqual(['admin', 'root', 'root-by-day', 'binder'])
    expect(wider.adminRoles()).toEqual(['admin', 'root'])
  })
})
