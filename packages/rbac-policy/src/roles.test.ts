import { rackRoutes } from '@rack-gateway/convox-api'
import { describe, expect, test } from 'vitest'
import { compileRole } from './compiled-policy/compiled-role.ts'
import { builtInPolicy } from './document/document.ts'
import { expandPermission } from './permissions/permission-patterns.ts'
import { implied, permissions } from './permissions/permissions.ts'

const builtInRoles = builtInPolicy().roles
const compiled = new Map(builtInRoles.map((role) => [role.name, compileRole(role)]))
const letters = { V: 'viewer', O: 'ops', D: 'deployer', C: 'ci' } as const

/**
 * The built-in roles that have each of these permissions, by letter, written by hand. `allowedRoles` does not show
 * them: no route needs the permission, or a call needs more than the permission.
 */
const beyondRoutes: Readonly<Record<string, string>> = {
  'app:lock': 'OD',
  'process:exec-own': 'ODC',
  'process:stop-own': 'ODC',
  'process:exec': 'OD',
  'process:run': 'ODC',
  'process:exec-any': '',
  'release:run-any': 'ODC',
  'env:read': 'OD',
  'env:write': 'D',
  'secret:read': '',
  'resource:proxy': 'OD',
  'proxy:open': '',
  'gateway:self:read': 'VODC',
  'gateway:self:write': 'VODC',
  'gateway:policy:read': 'VODC',
  'gateway:audit:read': '',
  'gateway:audit:acknowledge': '',
  'gateway:health:read': 'O',
  'gateway:recording:read': '',
  'gateway:recording:end': '',
  'gateway:live-call:read': '',
  'gateway:live-call:end': '',
  'gateway:access-request:read': '',
  'gateway:access-request:revoke': '',
  'gateway:user:write': '',
  'gateway:binding:write': '',
  'gateway:trust:write': '',
  'gateway:service-account:write': '',
  'gateway:session:write': '',
  'gateway:token:write': '',
}

describe('built-in roles', () => {
  test.each(Object.entries(beyondRoutes))('%s: %s', (permission, cell) => {
    const holders = Object.entries(letters).filter(([letter]) => cell.includes(letter))
    for (const [, role] of Object.entries(letters)) {
      const expected = holders.some(([, holder]) => holder === role)
      expect({ role, has: compiled.get(role)?.has(permission) }).toEqual({ role, has: expected })
    }
    expect(compiled.get('admin')?.has(permission)).toBe(true)
  })

  test('an auditor has only the audit log, recordings, live calls, access requests, the policy, the health of the gateway, and their own items', () => {
    const held = permissions.map((entry) => entry.name).filter((name) => compiled.get('auditor')?.has(name))
    expect(held.sort()).toEqual([
      'gateway:access-request:read',
      'gateway:audit:read',
      'gateway:health:read',
      'gateway:live-call:read',
      'gateway:policy:read',
      'gateway:recording:read',
      'gateway:self:read',
      'gateway:self:write',
    ])
  })

  test('only an admin has permissions that are not defined yet', () => {
    const able = [...compiled.values()].filter((role) => role.has('brand:new')).map((role) => role.name)
    expect(able).toEqual(['admin'])
  })

  test('no role names a permission twice', () => {
    for (const role of builtInRoles) expect(new Set(role.permissions).size).toBe(role.permissions.length)
  })
})

describe('permissions', () => {
  test('every route needs one that is listed', () => {
    const listed = new Set(permissions.map((entry) => entry.name))
    expect(rackRoutes.map((route) => route.permission).filter((permission) => !listed.has(permission))).toEqual([])
  })

  test('implied permissions have no further implied ones', () => {
    for (const name of Object.values(implied).flat()) expect(expandPermission(name)).toEqual([name])
  })

  test.each([
    ['process:exec', ['process:exec']],
    ['release:*', ['release:list', 'release:read', 'release:create', 'release:promote', 'release:run-any']],
    ['*:run', ['process:run']],
    [
      'gateway:*:read',
      [
        'gateway:self:read',
        'gateway:policy:read',
        'gateway:audit:read',
        'gateway:health:read',
        'gateway:recording:read',
        'gateway:live-call:read',
        'gateway:access-request:read',
      ],
    ],
    ['process', []],
    ['process:', []],
    ['process:ex*', []],
    ['process:exec:*', []],
    ['', []],
    ['**', []],
    ['process:exec ', []],
    ['toString', []],
  ])('%j stands for %j', (pattern, names) => {
    expect(expandPermission(pattern)).toEqual(names)
  })

  test('a star at the end matches one segment or more, and alone everything', () => {
    expect(expandPermission('gateway:*')).toHaveLength(18)
    expect(expandPermission('*')).toHaveLength(permissions.length)
  })

  test('process:exec-any includes exec in the service command and in own runs', () => {
    const role = compileRole({ name: 'x', description: '', permissions: ['process:exec-any'] })
    expect(['process:exec', 'process:exec-own', 'process:run', 'process:stop'].map(role.has)).toEqual([
      true,
      true,
      false,
      false,
    ])
  })

  test('a wildcard brings what its permissions imply', () => {
    const role = compileRole({ name: 'x', description: '', permissions: ['*:run'] })
    expect(role.has('process:exec-own')).toBe(true)
    expect(role.has('process:exec')).toBe(false)
  })
})
