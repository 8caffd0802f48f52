import { compilePolicy, type Principal, type PrincipalKind } from '@rack-gateway/rbac-policy'
import { builtInPolicy } from '@rack-gateway/rbac-policy/document'
import { describe, expect, test } from 'vitest'
import { toldOf } from '../errors.ts'
import { authorise } from './authorize.ts'
import { type CallerEndpoint, type Endpoint, endpoints, isForCallers } from './endpoints.ts'

const policy = compilePolicy(builtInPolicy())
const all: readonly Endpoint[] = Object.values(endpoints)
const table = all.filter(isForCallers)

function caller(kind: PrincipalKind, role: string | null, change: Partial<Principal> = {}): Principal {
  const bindings = role === null ? [] : [{ id: role, role, racks: '*', apps: '*', expiresAt: null }]
  const owner = kind === 'api-token' ? ({ kind: 'user', id: 'o', name: 'o', bindings } as const) : null
  return { kind, id: 'i', name: 'n', credential: 'c', rack: null, groups: [], bindings, owner, expiresAt: 2, ...change }
}

function may(principal: Principal, endpoint: CallerEndpoint): boolean {
  try {
    authorise(policy, principal, endpoint, { at: 1, address: null })
    return true
  } catch {
    return false
  }
}

const managed = table.filter(({ scope }) => scope === 'gateway')

describe('what concerns everybody', () => {
  test.each(['viewer', 'ops', 'deployer', 'ci', null])('is closed to %s, whoever calls', (role) => {
    for (const kind of ['user', 'api-token', 'workload'] as const)
      expect(managed.filter((endpoint) => may(caller(kind, role), endpoint))).toEqual([])
  })

  test('is closed to an auditor, but for what reads the audit log and recordings', () => {
    const readings = ['gateway:audit:read', 'gateway:recording:read']
    for (const kind of ['user', 'api-token', 'workload'] as const) {
      const open = managed.filter((endpoint) => may(caller(kind, 'auditor'), endpoint))
      expect(open.filter(({ permission }) => !readings.includes(permission))).toEqual([])
      expect(open).toContain(endpoints.studyPolicy)
      expect(open).toContain(endpoints.readRecording)
    }
  })

  test('that needs two permissions is closed to who has only one', () => {
    const binding = { id: 'b', role: '', racks: '*', apps: '*', expiresAt: null }
    const study = (...permissions: string[]) =>
      may(caller('user', null, { bindings: [{ ...binding, permissions }] }), endpoints.studyPolicy)
    expect(study('gateway:audit:read')).toBe(false)
    expect(study('gateway:policy:read')).toBe(false)
    expect(study('gateway:audit:read', 'gateway:policy:read')).toBe(true)
  })

  test.each([
    ['a session that is bound to a rack', { rack: 'staging' }],
    ['a role on one rack', { bindings: [{ id: 'b', role: 'admin', racks: 'staging', apps: '*', expiresAt: null }] }],
    ['a role on some apps', { bindings: [{ id: 'b', role: 'admin', racks: '*', apps: 'web*', expiresAt: null }] }],
    ['a role that has ended', { bindings: [{ id: 'b', role: 'admin', racks: '*', apps: '*', expiresAt: 1 }] }],
    ['a role that there is not', { bindings: [{ id: 'b', role: 'root', racks: '*', apps: '*', expiresAt: null }] }],
  ])('is closed to an admin by %s', (_what, change) => {
    expect(managed.filter((endpoint) => may(caller('user', 'admin', change), endpoint))).toEqual([])
  })

  test('is closed to a token whose owner is no admin, and to one that is none itself', () => {
    const weak = { kind: 'user', id: 'o', name: 'o', bindings: [] } as const
    expect(managed.filter((endpoint) => may(caller('api-token', 'admin', { owner: weak }), endpoint))).toEqual([])
    expect(managed.filter((endpoint) => may(caller('api-token', 'admin', { bindings: [] }), endpoint))).toEqual([])
  })
})

describe('a refusal', () => {
  const at = (principal: Principal, by = policy, endpoint: CallerEndpoint = endpoints.listUsers) => {
    try {
      authorise(by, principal, endpoint, { at: 1, address: null })
      return null
    } catch (error) {
      return toldOf(error)
    }
  }

  test('says the next step apart, and by which document', () => {
    expect(at(caller('user', 'viewer'))).toEqual({
      rule: 'no-permission',
      source: 'bindings',
      reason: 'Only administrators can list users. You are viewer.',
      next: 'Ask an administrator of the gateway.',
      policy: policy.hash,
    })
  })

  test.each<[Principal, CallerEndpoint, string]>([
    [caller('user', 'deployer'), endpoints.listBindings, 'Only administrators can list bindings. You are deployer.'],
    [caller('user', 'viewer'), endpoints.createBinding, 'Only administrators can create bindings. You are viewer.'],
    [caller('user', 'viewer'), endpoints.removeBinding, 'Only administrators can delete bindings. You are viewer.'],
    [caller('user', 'viewer'), endpoints.lockUser, 'Only administrators can lock users. You are viewer.'],
    [caller('user', 'viewer'), endpoints.getTrust, 'Only administrators can see trusts. You are viewer.'],
    [
      caller('user', 'viewer'),
      endpoints.searchAudit,
      'Only administrators and auditors can read and export the audit log. You are viewer.',
    ],
    [
      caller('api-token', 'ci'),
      endpoints.listServiceAccounts,
      'Only administrators can list service accounts. This token is ci.',
    ],
    [
      caller('user', 'admin', { bindings: [] }),
      endpoints.listUsers,
      'Only administrators can list users. You have no role.',
    ],
  ])('%# is a sentence for a person', (principal, endpoint, reason) => {
    expect(at(principal, policy, endpoint)).toMatchObject({ reason })
  })

  test('says where an administrator falls short', () => {
    const [only] = caller('user', 'admin').bindings
    const narrow = only === undefined ? [] : [{ ...only, racks: 'staging' }]
    expect(at(caller('user', 'admin', { bindings: narrow }))).toMatchObject({
      reason: 'Only administrators can list users. You are admin, but not on all racks and apps.',
    })
    const weak = { kind: 'user', id: 'o', name: 'o', bindings: [] } as const
    expect(at(caller('api-token', 'admin', { owner: weak }))).toMatchObject({
      reason: 'Only administrators can list users. This token is admin, but its owner is not.',
    })
  })

  test('by a condition names it', () => {
    const byDay = {
      name: 'by-job',
      description: '',
      permissions: ['gateway:*'],
      when: [{ callers: ['workload' as const] }],
    }
    const document = builtInPolicy()
    const narrowed = compilePolicy({ ...document, roles: [...document.roles, byDay] })
    expect(at(caller('user', 'by-job'), narrowed)).toMatchObject({
      rule: 'condition:by-job',
      reason: 'The role by-job holds only for CI jobs.',
      next: expect.stringContaining('Use it as one of those'),
    })
    expect(at(caller('workload', 'by-job'), narrowed)).toBe(null)
  })
})

test('a token or a job makes no token, rotates none, changes no binding and makes no trust, even as an admin', () => {
  const closed = [
    'createToken',
    'rotateToken',
    'handOverToken',
    'createBinding',
    'removeBinding',
    'createTrust',
  ] as const
  for (const kind of ['api-token', 'workload'] as const)
    expect(closed.filter((name) => may(caller(kind, 'admin'), endpoints[name]))).toEqual([])
  expect(closed.filter((name) => may(caller('user', 'admin'), endpoints[name]))).toEqual(closed)
})

test('every permission of the table is one that a role can have', () => {
  for (const { permission, others } of table) {
    expect(policy.rolesWith(permission)).toContain('admin')
    if (others !== undefined) expect(policy.rolesWith(others)).toEqual(['admin'])
  }
})
