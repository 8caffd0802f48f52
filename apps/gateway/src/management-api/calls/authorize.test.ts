import {
  type Endpoint,
  endpointId,
  endpoints,
  isPrincipalEndpoint,
  type PrincipalEndpoint,
} from '@rack-gateway/gateway-api'
import { compilePolicy, type Policy, type Principal, type PrincipalKind } from '@rack-gateway/rbac-policy'
import { builtInPolicy, readPolicy } from '@rack-gateway/rbac-policy/document'
import { describe, expect, test } from 'vitest'
import { denialOf } from '../../errors/errors.ts'
import { authorize, gatewayPermissions } from './authorize.ts'

const policy = compilePolicy(builtInPolicy())
const all: readonly Endpoint[] = Object.values(endpoints)
const table = all.filter(isPrincipalEndpoint)

function caller(kind: PrincipalKind, role: string | null, change: Partial<Principal> = {}): Principal {
  const bindings = role === null ? [] : [{ id: role, role, racks: '*', apps: '*', expiresAt: null }]
  const owner = kind === 'api-token' ? ({ kind: 'user', id: 'o', name: 'o', bindings } as const) : null
  return { kind, id: 'i', name: 'n', credential: 'c', rack: null, groups: [], bindings, owner, expiresAt: 2, ...change }
}

function canCall(principal: Principal, endpoint: PrincipalEndpoint): boolean {
  try {
    authorize(policy, principal, endpoint, { at: 1, address: null })
    return true
  } catch {
    return false
  }
}

const managed = table.filter(({ scope }) => scope === 'gateway')

describe('an endpoint with the scope gateway', () => {
  test.each([...policy.roles.keys(), 'root', null])(
    'allows a call exactly to principals with its permissions on all racks and apps, as %s',
    (role) => {
      for (const kind of ['user', 'api-token', 'workload'] as const)
        for (const change of [{}, { rack: 'staging' }]) {
          const principal = caller(kind, role, change)
          const held = gatewayPermissions(policy, principal, { at: 1, address: null })
          for (const endpoint of managed) {
            const { permission, additionalPermission = permission, principalKinds } = endpoint
            const expected = held.includes(permission) && held.includes(additionalPermission)
            expect(canCall(principal, endpoint)).toBe(expected && principalKinds.includes(kind))
          }
        }
    },
  )

  test.each(['viewer', 'ops', 'deployer', 'ci', null])(
    'denies %s every call, for each kind of principal, but any role can check a policy document, and ops can read the health',
    (role) => {
      for (const kind of ['user', 'api-token', 'workload'] as const)
        expect(managed.filter((endpoint) => canCall(caller(kind, role), endpoint))).toEqual(
          role === null ? [] : [endpoints.checkPolicy, ...(role === 'ops' ? [endpoints.getHealth] : [])],
        )
    },
  )

  test('denies an auditor, except for the audit log, recordings, the policy, and the health', () => {
    const readings = ['gateway:audit:read', 'gateway:recording:read', 'gateway:policy:read', 'gateway:health:read']
    for (const kind of ['user', 'api-token', 'workload'] as const) {
      const open = managed.filter((endpoint) => canCall(caller(kind, 'auditor'), endpoint))
      expect(open.filter(({ permission }) => !readings.includes(permission))).toEqual([])
      expect(open).toContain(endpoints.studyPolicy)
      expect(open).toContain(endpoints.listRecordings)
    }
  })

  test('with two permissions denies a principal that has only one', () => {
    const binding = { id: 'b', role: '', racks: '*', apps: '*', expiresAt: null }
    const study = (...permissions: string[]) =>
      canCall(caller('user', null, { bindings: [{ ...binding, permissions }] }), endpoints.studyPolicy)
    expect(study('gateway:audit:read')).toBe(false)
    expect(study('gateway:policy:read')).toBe(false)
    expect(study('gateway:audit:read', 'gateway:policy:read')).toBe(true)
  })

  test.each([
    ['a session for one rack', { rack: 'staging' }],
    ['a role on one rack', { bindings: [{ id: 'b', role: 'admin', racks: 'staging', apps: '*', expiresAt: null }] }],
    ['a role on some apps', { bindings: [{ id: 'b', role: 'admin', racks: '*', apps: 'web*', expiresAt: null }] }],
    ['an expired role', { bindings: [{ id: 'b', role: 'admin', racks: '*', apps: '*', expiresAt: 1 }] }],
    ['an unknown role', { bindings: [{ id: 'b', role: 'root', racks: '*', apps: '*', expiresAt: null }] }],
  ])('denies an admin with %s', (_what, change) => {
    expect(managed.filter((endpoint) => canCall(caller('user', 'admin', change), endpoint))).toEqual([])
  })

  test('denies an API token unless the token and its owner are admins', () => {
    const weak = { kind: 'user', id: 'o', name: 'o', bindings: [] } as const
    expect(managed.filter((endpoint) => canCall(caller('api-token', 'admin', { owner: weak }), endpoint))).toEqual([])
    expect(managed.filter((endpoint) => canCall(caller('api-token', 'admin', { bindings: [] }), endpoint))).toEqual([])
  })
})

describe('a denial', () => {
  const at = (principal: Principal, by = policy, endpoint: PrincipalEndpoint = endpoints.listUsers) => {
    try {
      authorize(by, principal, endpoint, { at: 1, address: null })
      return null
    } catch (error) {
      return denialOf(error)
    }
  }

  test('has a reason, a remedy, and the hash of the policy', () => {
    expect(at(caller('user', 'viewer'))).toEqual({
      rule: 'no-permission',
      source: 'bindings',
      permission: 'gateway:user:write',
      reason: 'Only administrators can list users. You have the role viewer.',
      remedy: 'Ask an administrator of the gateway.',
      policy: policy.hash,
    })
  })

  test.each<[Principal, PrincipalEndpoint, string]>([
    [
      caller('user', 'deployer'),
      endpoints.listBindings,
      'Only administrators can list bindings. You have the role deployer.',
    ],
    [
      caller('user', 'viewer'),
      endpoints.createBinding,
      'Only administrators can create bindings. You have the role viewer.',
    ],
    [
      caller('user', 'viewer'),
      endpoints.removeBinding,
      'Only administrators can delete bindings. You have the role viewer.',
    ],
    [caller('user', 'viewer'), endpoints.lockUser, 'Only administrators can lock users. You have the role viewer.'],
    [caller('user', 'viewer'), endpoints.getTrust, 'Only administrators can see trusts. You have the role viewer.'],
    [
      caller('user', 'viewer'),
      endpoints.searchAudit,
      'Only administrators and auditors can read and export the audit log. You have the role viewer.',
    ],
    [
      caller('api-token', 'ci'),
      endpoints.listServiceAccounts,
      'Only administrators can list service accounts. This token has the role ci.',
    ],
    [
      caller('user', 'admin', { bindings: [] }),
      endpoints.listUsers,
      'Only administrators can list users. You have no role.',
    ],
  ])('%# names the action and the roles of the caller', (principal, endpoint, reason) => {
    expect(at(principal, policy, endpoint)).toMatchObject({ reason })
  })

  test('says why the role of an administrator is not sufficient', () => {
    const [only] = caller('user', 'admin').bindings
    const narrow = only === undefined ? [] : [{ ...only, racks: 'staging' }]
    expect(at(caller('user', 'admin', { bindings: narrow }))).toMatchObject({
      reason: 'Only administrators can list users. You have the role admin, but not on all racks and apps.',
    })
    const weak = { kind: 'user', id: 'o', name: 'o', bindings: [] } as const
    expect(at(caller('api-token', 'admin', { owner: weak }))).toMatchObject({
      reason: 'Only administrators can list users. This token has the role admin, but its owner does not.',
    })
  })

  test('by a condition names the condition', () => {
    const byJob = {
      name: 'by-job',
      description: '',
      permissions: ['gateway:*'],
      when: [{ callers: ['workload' as const] }],
    }
    const document = builtInPolicy()
    const narrowed = compilePolicy({ ...document, roles: [...document.roles, byJob] })
    expect(at(caller('user', 'by-job'), narrowed)).toMatchObject({
      rule: 'condition:by-job',
      reason: 'The role by-job applies only for CI jobs.',
      remedy: expect.stringContaining('Use one of these'),
    })
    expect(at(caller('workload', 'by-job'), narrowed)).toBe(null)
  })
})

test('API tokens and jobs cannot create or rotate tokens, change bindings, or create trusts, even as admins', () => {
  const closed = [
    'createToken',
    'rotateToken',
    'handOverToken',
    'createBinding',
    'removeBinding',
    'createTrust',
  ] as const
  for (const kind of ['api-token', 'workload'] as const)
    expect(closed.filter((name) => canCall(caller(kind, 'admin'), endpoints[name]))).toEqual([])
  expect(closed.filter((name) => canCall(caller('user', 'admin'), endpoints[name]))).toEqual(closed)
})

test('the role admin has every permission of the table', () => {
  for (const { permission, permissionForOthers } of table) {
    expect(policy.rolesWith(permission)).toContain('admin')
    if (permissionForOthers === undefined) continue
    const isReading = /^gateway:(?:live-call|recording|access-request):read$/.test(permissionForOthers)
    expect(policy.rolesWith(permissionForOthers)).toEqual(isReading ? ['admin', 'auditor'] : ['admin'])
  }
})

describe('a proof of a second factor', () => {
  const roles = [...policy.roles.keys(), 'root', 'nobody']
  const callers = {
    'a user with a factor': (role: string) => caller('user', role, { secondFactor: true }),
    'a user without a factor': (role: string) => caller('user', role, { secondFactor: false }),
    'an API token': (role: string) => caller('api-token', role),
    'a job': (role: string) => caller('workload', role),
  }
  const matrix = roles.flatMap((role) =>
    (Object.keys(callers) as (keyof typeof callers)[]).map((name) => ({ name, role, principal: callers[name](role) })),
  )

  /** The endpoints for which the policy decides whether a call needs a proof. */
  const concerned = table.filter(({ stepUp }) => stepUp === undefined || stepUp === 'management')
  const sensitive: readonly Endpoint[] = [
    endpoints.createBinding,
    endpoints.createInvitation,
    endpoints.createServiceAccount,
    endpoints.enableServiceAccount,
    endpoints.createToken,
    endpoints.rotateToken,
    endpoints.handOverToken,
    endpoints.createTrust,
    endpoints.unlockUser,
    endpoints.resetSecondFactors,
  ]

  function policyWith(...lines: readonly string[]): Policy {
    const { document, problems } = readPolicy(['version: 1', ...lines, ''].join('\n'), 'policy.yaml')
    if (document === null) throw new Error(problems.map(({ text }) => text).join('; '))
    return compilePolicy(document)
  }

  /** By endpoint: `require` a proof, or `deny` because the caller cannot give one. */
  function requirements(given: Policy, principal: Principal): Record<string, string> {
    const found = concerned.flatMap((endpoint) => {
      const { stepUp, ...others } = endpoint
      const managementCall = { ...others, ...(stepUp === 'management' && { stepUp }) }
      const decision = given.managementStepUp(principal, managementCall, { at: 1, address: null })
      return decision === null ? [] : [[endpointId(endpoint), decision.effect]]
    })
    return Object.fromEntries(found)
  }

  const each = (list: readonly Endpoint[], effect: string) =>
    Object.fromEntries(list.map((endpoint) => [endpointId(endpoint), effect]))
  const effectFor = ({ kind }: Principal) => (kind === 'user' ? 'require' : 'deny')

  test.each(matrix)(
    'is by default needed for sensitive changes by users with a factor: $name, $role',
    ({ principal }) => {
      expect(requirements(policy, principal)).toEqual(principal.secondFactor === true ? each(sensitive, 'require') : {})
    },
  )

  const strict = policyWith('stepUp: { management: always }')
  test.each(matrix)(
    'is needed for sensitive changes by everyone, if the document says so: $name, $role',
    ({ principal }) => {
      expect(requirements(strict, principal)).toEqual(each(sensitive, effectFor(principal)))
    },
  )

  const usersOnly = policyWith(
    'stepUp: { rules: { gateway-user-write: { permissions: [gateway:user:write], require: always } }, management: none }',
  )
  const ofUsers = concerned.filter(({ permission, additionalPermission }) =>
    [permission, additionalPermission].includes('gateway:user:write'),
  )
  test.each(matrix)('is needed for the permissions that the document names: $name, $role', ({ principal }) => {
    expect(ofUsers).not.toHaveLength(0)
    expect(requirements(usersOnly, principal)).toEqual(each(ofUsers, effectFor(principal)))
  })

  /** The role also allows sensitive changes of what other principals own. */
  const allowed = concerned.filter(
    (endpoint) =>
      endpoint.scope === 'gateway' || (sensitive.includes(endpoint) && endpoint.permissionForOthers !== undefined),
  )
  const chief = policyWith('stepUp: { management: none }', 'roles: { chief: { extends: [admin], stepUp: always } }')
  test.each([
    ...matrix.slice(0, 4),
    ...Object.entries(callers).map(([name, make]) => ({ name, role: 'chief', principal: make('chief') })),
  ])('is needed for calls that a role with a requirement allows: $name, $role', ({ role, principal }) => {
    const expected = role === 'chief' ? each(allowed, effectFor(principal)) : {}
    expect(requirements(chief, principal)).toEqual(expected)
  })
})
