import { compilePattern } from '@rack-gateway/command-matcher'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { builtInPolicy } from '../document/document.ts'
import type { Binding, Principal, WantedBinding } from '../model/types.ts'
import { compilePolicy } from '../policy/policy.ts'
import { binding, moment, now, principal, token } from '../testing/calls.ts'
import { contains } from './can-grant.ts'

const policy = compilePolicy(builtInPolicy())

function isGrantable(bindings: readonly Binding[], wanted: Partial<WantedBinding>, change = {}): boolean {
  const grant = { role: 'viewer', racks: '*', apps: '*', until: null, ...wanted }
  return policy.canGrant(principal(bindings, change), grant, moment()) === null
}

describe('a pattern contains another one', () => {
  test.each([
    ['*', '*', true],
    ['web-*', 'web-*', true],
    ['web-*', 'web-a*', true],
    ['web-*', 'web-a', true],
    ['w*', 'web-*', true],
    ['*-eu', 'web-*-eu', true],
    ['web-*', '*', false],
    ['web-*', 'web*', false],
    ['web-*', 'w*b-a', false],
    ['web', 'web*', false],
    ['*a*', '*b*', false],
    ['**', '*', false],
  ])('%s, %s: %s', (outer, inner, expected) => {
    expect(contains(outer, inner)).toBe(expected)
  })

  test('only if the outer pattern matches every name that the inner pattern matches', () => {
    const patterns = fc.string({ unit: fc.constantFrom('a', 'b', '*'), minLength: 1, maxLength: 6 })
    const names = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 })
    fc.assert(
      fc.property(patterns, patterns, names, (outer, inner, name) => {
        fc.pre(contains(outer, inner) && compilePattern(inner)(name))
        expect(compilePattern(outer)(name)).toBe(true)
      }),
    )
  })
})

describe('a caller can grant only roles that they hold', () => {
  test.each(['viewer', 'ops', 'deployer', 'ci', 'admin', 'auditor'])('%s can grant itself', (role) => {
    expect(isGrantable([binding(role)], { role })).toBe(true)
  })

  test.each([
    ['admin', 'deployer', true],
    ['admin', 'auditor', true],
    ['deployer', 'ci', true],
    ['deployer', 'ops', false],
    ['deployer', 'viewer', true],
    ['deployer', 'admin', false],
    ['deployer', 'auditor', false],
    ['ops', 'ci', false],
    ['viewer', 'ops', false],
    ['ci', 'viewer', false],
  ])('%s can grant %s: %s', (held, role, expected) => {
    expect(isGrantable([binding(held)], { role })).toBe(expected)
  })

  test.each([
    [{ apps: 'web-*' }, { apps: '*' }, false],
    [{ apps: 'web-*' }, { apps: 'web-a*' }, true],
    [{ apps: 'web-*' }, { apps: 'web*' }, false],
    [{ racks: 'staging' }, {}, false],
    [{ racks: 'staging' }, { racks: 'staging' }, true],
    [{ racks: 'staging' }, { racks: 'stag*' }, false],
    [{ expiresAt: now + 1_000 }, {}, false],
    [{ expiresAt: now + 1_000 }, { until: now + 1_001 }, false],
    [{ expiresAt: now + 1_000 }, { until: now + 1_000 }, true],
    [{ expiresAt: now }, { until: now - 1 }, false],
  ])('a caller with %o can grant %o: %s', (held, wanted, expected) => {
    expect(isGrantable([binding('viewer', held)], wanted)).toBe(expected)
  })

  test('a binding counts only if it covers the whole scope', () => {
    const halves = [binding('viewer', { id: 'a', racks: 'staging' }), binding('viewer', { id: 'b', apps: 'web' })]
    expect(isGrantable(halves, {})).toBe(false)
    expect(isGrantable(halves, { racks: 'staging', apps: 'web' })).toBe(true)
  })

  test('each permission can come from another binding', () => {
    const both = [binding('viewer', { apps: 'web' }), binding('auditor')]
    expect(isGrantable(both, { role: '', permissions: ['app:read', 'gateway:audit:read'], apps: 'web' })).toBe(true)
    expect(isGrantable(both, { role: '', permissions: ['app:read', 'gateway:audit:read'] })).toBe(false)
  })

  test('a rack-bound session cannot grant a role on another rack', () => {
    expect(isGrantable([binding('admin')], { racks: 'staging' }, { rack: 'staging' })).toBe(true)
    expect(isGrantable([binding('admin')], { racks: 'production' }, { rack: 'staging' })).toBe(false)
    expect(isGrantable([binding('admin')], {}, { rack: 'staging' })).toBe(false)
  })

  test('a token cannot grant a role, whatever it and its owner have', () => {
    const strong = token([binding('admin')], [binding('admin')])
    expect(policy.canGrant(strong, { role: 'viewer', racks: '*', apps: '*', until: null }, moment())?.cause).toBe(
      'missing',
    )
  })

  test.each<[Partial<WantedBinding>, Partial<Binding>, string]>([
    [{ role: 'admin' }, {}, 'you do not have the role admin on all racks and apps'],
    [{ role: 'admin', racks: 'staging' }, {}, 'you do not have the role admin on the rack staging and all apps'],
    [{ role: 'admin', apps: 'web' }, {}, 'you do not have the role admin on all racks and the app web'],
    [{ permissions: ['app:delete'] }, {}, 'you do not have app:delete on all racks and apps'],
    [{ role: 'viewer' }, { expiresAt: now + 1 }, 'you do not have the role viewer for that long'],
    [{ permissions: ['app:read'] }, { expiresAt: now + 1 }, 'you do not have the permission app:read for that long'],
  ])('the reason for %j follows "because"', (wanted, held, because) => {
    const granter = principal([binding('viewer', held)])
    const all = { role: '', racks: '*', apps: '*', until: null, ...wanted }
    expect(policy.canGrant(granter, all, moment())?.reason).toBe(because)
  })

  test('single permissions are compared one by one, wildcards are expanded, and * is covered only by *', () => {
    expect(isGrantable([binding('viewer')], { permissions: ['app:read', 'log:read'] })).toBe(true)
    expect(isGrantable([binding('viewer')], { permissions: ['app:*'] })).toBe(false)
    expect(isGrantable([binding('deployer')], { permissions: ['*'] })).toBe(false)
    expect(isGrantable([binding('admin')], { permissions: ['*'] })).toBe(true)
    expect(isGrantable([binding('admin')], { permissions: ['no:such'] })).toBe(false)
  })

  test('a role that command rules name is not covered by another role with the same permissions', () => {
    const twins = ['left', 'right'].map((name) => ({ name, description: '', permissions: ['process:run'] }))
    const rule = { id: 'only-left', argv: ['x'], services: ['command'], roles: ['left'] }
    const twin = compilePolicy({ ...builtInPolicy(), roles: [...builtInPolicy().roles, ...twins], commands: [rule] })
    const wanted = { racks: '*', apps: '*', until: null }
    expect(twin.canGrant(principal([binding('right')]), { role: 'left', ...wanted }, moment())?.reason).toContain(
      'only-left',
    )
    expect(twin.canGrant(principal([binding('left')]), { role: 'right', ...wanted }, moment())).toBeNull()
  })

  test.each(['', '**', 'Web', 'web/*', 'web *', 'a'.repeat(101), '\u0000'])('%j is an invalid pattern', (apps) => {
    expect(isGrantable([binding('admin')], { apps })).toBe(false)
  })

  test('an unknown role is denied with the names of all roles', () => {
    const wanted = { role: 'root', racks: '*', apps: '*', until: null }
    expect(policy.canGrant(principal([binding('admin')]), wanted, moment())).toMatchObject({
      cause: 'unknown',
      remedy: expect.stringContaining('deployer'),
    })
  })
})

describe('a principal can revoke only permissions that it has', () => {
  const all = { role: 'deployer', racks: '*', apps: '*', until: now }
  const canRevoke = (revoker: Principal, held: Partial<WantedBinding> = {}) =>
    policy.canRevoke(revoker, { ...all, ...held }, moment()) === null

  test.each(['viewer', 'ops', 'deployer', 'admin'])('%s from the same role', (role) => {
    expect(canRevoke(principal([binding(role)]), { role })).toBe(true)
  })

  test('not from a stronger role, nor from another rack', () => {
    expect(canRevoke(principal([binding('ops')]))).toBe(false)
    expect(canRevoke(principal([binding('deployer', { racks: 'staging' })]))).toBe(false)
    expect(canRevoke(principal([binding('deployer', { racks: 'staging' })]), { racks: 'staging' })).toBe(true)
  })

  test('however long they have it, until it expires', () => {
    expect(canRevoke(principal([binding('admin', { expiresAt: now + 1 })]))).toBe(true)
    expect(canRevoke(principal([binding('admin', { expiresAt: now })]))).toBe(false)
  })

  test('with an API token, only if its owner has it, too', () => {
    expect(canRevoke(token([binding('admin')], [binding('admin')]))).toBe(true)
    expect(canRevoke(token([binding('admin')], [binding('viewer')]))).toBe(false)
    expect(canRevoke(token([binding('viewer')], [binding('admin')]))).toBe(false)
  })

  test('as a job, with the role of its trust', () => {
    expect(canRevoke(principal([binding('deployer')], { kind: 'workload' }))).toBe(true)
    expect(canRevoke(principal([binding('viewer')], { kind: 'workload' }))).toBe(false)
  })

  test('whatever command rules the role has', () => {
    const twins = ['left', 'right'].map((name) => ({ name, description: '', permissions: ['process:run'] }))
    const rule = { id: 'only-left', argv: ['x'], services: ['command'], roles: ['left'] }
    const twin = compilePolicy({ ...builtInPolicy(), roles: [...builtInPolicy().roles, ...twins], commands: [rule] })
    expect(twin.canRevoke(principal([binding('right')]), { ...all, role: 'left' }, moment())).toBeNull()
  })

  test('also if a token has a permission that no longer exists beside others', () => {
    const permissions = ['no:such', 'app:delete']
    expect(canRevoke(principal([binding('viewer')]), { role: '', permissions })).toBe(false)
    expect(canRevoke(principal([binding('admin')]), { role: '', permissions })).toBe(true)
    expect(canRevoke(principal([binding('viewer')]), { role: '', permissions: ['no:such'] })).toBe(true)
  })
})

test('a token with single permissions has them, limited to those of its owner', () => {
  const web = { rack: 'staging', app: 'web', scope: 'app' } as const
  const few = token([binding('(permissions)', { permissions: ['app:read', 'app:delete'] })], [binding('viewer')])
  expect(policy.hasPermission(few, 'app:read', web, moment())).toBe(true)
  expect(policy.hasPermission(few, 'app:delete', web, moment())).toBe(false)
  expect(policy.hasPermission(few, 'log:read', web, moment())).toBe(false)
})
