import { builtInPolicy, builtInText } from '@rack-gateway/rbac-policy/document'
import { callManagementApi as call } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { changesApplied, type System, startSystem } from '../../support/gateway/system.ts'
import { createUser, credential, type TestUser } from '../callers.ts'

const exec = 'WS /apps/{app}/processes/{pid}/exec'
const promote = { route: 'POST /apps/{app}/releases/{id}/promote', app: 'web' }

describe('the policy and its decisions, by the management API', () => {
  let system: System
  let viewer: TestUser
  let deployer: TestUser
  let admin: TestUser
  beforeAll(async () => {
    system = await startSystem({ rackNames: ['staging', 'production'] })
    viewer = await createUser(system, 'viewer')
    deployer = await createUser(system, 'deployer', { racks: 'staging' })
    admin = await createUser(system, 'admin')
  })
  afterAll(() => system.stop())

  test('the document in force has its hash and its text', async () => {
    const response = await call(system, viewer.token, 'GET', '/policy')
    expect(response.json).toEqual({
      policy: system.app.policy.hash,
      source: 'built-in',
      text: builtInText,
      document: JSON.parse(JSON.stringify(builtInPolicy())),
    })
  })

  describe('/policy/effective', () => {
    test('has the data for decisions about the caller, and no data about other principals', async () => {
      const response = await call(system, deployer.token, 'GET', '/policy/effective?rack=staging')
      expect(response.json).toEqual({
        format: 1,
        rack: 'staging',
        policy: system.app.policy.hash,
        document: JSON.parse(JSON.stringify(builtInPolicy())),
        observing: null,
        principal: {
          kind: 'user',
          id: deployer.id,
          name: deployer.email,
          rack: null,
          groups: [],
          bindings: [{ id: expect.any(String), role: 'deployer', racks: 'staging', apps: '*', expiresAt: null }],
          owner: null,
          secondFactor: false,
        },
      })
      const text = JSON.stringify(response.json)
      for (const other of [viewer, admin]) expect(text).not.toContain(other.email)
      expect(text).not.toContain(deployer.token)
      expect(text).not.toContain(deployer.session)
    })

    test('returns the bindings of a token and those of its owner', async () => {
      const token = await credential(system, 'ops', 'token of a user')
      const response = await call(system, token, 'GET', '/policy/effective?rack=staging')
      expect(response.text('principal.kind')).toBe('api-token')
      expect([response.text('principal.bindings.0.role'), response.text('principal.owner.bindings.0.role')]).toEqual([
        'ops',
        'ops',
      ])
    })

    test('answers 304 to an unchanged ETag, until a binding changes', async () => {
      const someone = await createUser(system, 'viewer')
      const first = await call(system, someone.token, 'GET', '/policy/effective?rack=staging')
      const tag = first.headers.get('etag') ?? ''
      expect(tag).toMatch(/^W\/"[\w-]{43}"$/)
      const again = () =>
        call(system, someone.token, 'GET', '/policy/effective?rack=staging', undefined, [`If-None-Match: ${tag}`])
      const unchanged = await again()
      expect([unchanged.status, unchanged.body, unchanged.headers.get('etag')]).toEqual([304, '', tag])
      expect([...unchanged.headers.keys()].filter((name) => name.startsWith('content-'))).toEqual([])

      await system.issuer.addBinding({ kind: 'user', id: someone.id }, { role: 'deployer', racks: 'staging' })
      await changesApplied(system)
      const changed = await again()
      expect([changed.status, changed.text('principal.bindings.1.role')]).toEqual([200, 'deployer'])
      expect(changed.headers.get('etag')).not.toBe(tag)
    })

    test.each([
      ['', 400, 'rack-not-chosen'],
      ['?rack=elsewhere', 404, 'unknown-rack'],
    ])('%s is refused as a call would be', async (query, status, rule) => {
      const response = await call(system, viewer.token, 'GET', `/policy/effective${query}`)
      expect([response.status, response.text('rule')]).toEqual([status, rule])
    })

    test('answers for a hidden rack as for a missing one', async () => {
      const [hidden, unknown] = await Promise.all(
        ['production', 'elsewhere'].map((name) =>
          call(system, deployer.token, 'GET', `/policy/effective?rack=${name}`),
        ),
      )
      expect([hidden?.status, hidden?.text('rule')]).toEqual([404, 'unknown-rack'])
      expect(hidden?.text('error').replace('production', 'elsewhere')).toBe(unknown?.text('error'))
    })

    test('answers a rack-bound token only for its rack', async () => {
      const bound = await createUser(system, 'viewer', { rack: 'production' })
      expect((await call(system, bound.token, 'GET', '/policy/effective')).text('rack')).toBe('production')
      const other = await call(system, bound.token, 'GET', '/policy/effective?rack=staging')
      expect(other.text('rule')).toBe('rack-bound-token')
    })
  })

  describe('/policy/decisions', () => {
    async function decisions(token: string, body: object) {
      return call(system, token, 'POST', '/policy/decisions', { rack: 'staging', ...body })
    }

    test('are what the call itself is refused with', async () => {
      const response = await decisions(viewer.token, { calls: [promote] })
      expect(response.status).toBe(200)
      const sentence = `${response.text('decisions.0.decision.reason')} ${response.text('decisions.0.decision.next')}`
      const real = await system.send('POST', '/rack/staging/apps/web/releases/R1/promote?', viewer.token)
      expect(Reflect.get(Object(real.json), 'error')).toBe(`${sentence} (rule no-permission)`)
      const event = await system.lastEvent()
      expect(event.decision).toEqual({
        effect: 'deny',
        rule: response.text('decisions.0.decision.rule'),
        source: response.text('decisions.0.decision.source'),
        policy: response.text('decisions.0.decision.policy'),
        reason: response.text('decisions.0.decision.reason'),
        next: response.text('decisions.0.decision.next'),
      })
    })

    test('name the fact that only the rack has, and the decision for it', async () => {
      const command = { header: 'bin/pre_release', by: 'exec' }
      const response = await decisions(deployer.token, {
        calls: [{ route: exec, app: 'web', params: { pid: 'web-1' }, command }],
      })
      expect(response.text('decisions.0.decision.rule')).toBe('command:pre-release')
      expect(response.text('decisions.0.otherwise.when')).toBe('it is a process of another service')
      expect(response.text('decisions.0.otherwise.decision.permission')).toBe('process:exec-any')
    })

    test('are given for each call, in order, on the rack that is named', async () => {
      const calls = [promote, { route: 'GET /apps' }]
      const response = await decisions(deployer.token, { rack: 'production', calls })
      expect([response.text('decisions.0.decision.rule'), response.text('decisions.1.decision.rule')]).toEqual([
        'no-binding',
        'no-binding',
      ])
    })

    test('about another user need the permission to manage users', async () => {
      const asked = { calls: [promote], as: deployer.email }
      const refused = await decisions(viewer.token, asked)
      expect([refused.status, refused.text('rule')]).toEqual([403, 'no-permission'])
      for (const as of [deployer.email, deployer.email.toUpperCase(), deployer.id]) {
        const response = await decisions(admin.token, { ...asked, as })
        expect([response.text('caller.name'), response.text('decisions.0.decision.rule')]).toEqual([
          deployer.email,
          'role:deployer',
        ])
      }
      expect((await decisions(admin.token, { ...asked, as: 'nobody@example.com' })).status).toBe(404)
    })

    test('about a locked user say that they are locked', async () => {
      const locked = await createUser(system, 'deployer')
      await call(system, admin.token, 'POST', `/users/${locked.id}/lock`, { reason: 'left' })
      const response = await decisions(admin.token, { calls: [promote], as: locked.id })
      expect([response.status, response.text('code')]).toEqual([409, 'RGW_USER_LOCKED'])
    })

    test('about calls of the management API are what these calls are refused with, and need no rack', async () => {
      const calls = [{ route: 'GET /gateway/api/v1/users' }, { route: 'DELETE /gateway/api/v1/sessions/{id}' }]
      const response = await call(system, viewer.token, 'POST', '/policy/decisions', { calls })
      expect(response.json).toMatchObject({
        rack: '*',
        decisions: [
          { route: calls[0]?.route, decision: { effect: 'deny', rule: 'no-permission' }, when: null, otherwise: null },
          {
            decision: { effect: 'allow', permission: 'gateway:self:write' },
            when: 'it concerns the caller',
            otherwise: {
              when: 'it concerns another principal',
              decision: { effect: 'deny', permission: 'gateway:session:write' },
            },
          },
        ],
      })
      const real = await call(system, viewer.token, 'GET', '/users')
      expect(real.text('reason')).toBe(response.text('decisions.0.decision.reason'))
      const asAdmin = await call(system, admin.token, 'POST', '/policy/decisions', { calls, as: deployer.id })
      expect(asAdmin.text('decisions.0.decision.reason')).toContain('You have the role deployer')
      expect((await call(system, admin.token, 'POST', '/policy/decisions', { calls })).json).toMatchObject({
        decisions: [
          { decision: { effect: 'allow', rule: 'role:admin', permission: 'gateway:user:write', roles: ['admin'] } },
          { otherwise: { decision: { effect: 'allow', rule: 'role:admin' } } },
        ],
      })
    })

    test.each([
      [{ route: 'GET /nothing' }, 'not the ID of a rack route'],
      [{ route: promote.route }, '`app` is required'],
      [{ ...promote, more: 1 }, 'calls.0'],
    ])('reject %j', async (one, problem) => {
      const response = await decisions(viewer.token, { calls: [one] })
      expect([response.status, response.text('error')]).toEqual([400, expect.stringContaining(problem)])
    })
  })
})
