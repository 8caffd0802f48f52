import { callManagementApi as call } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { changesApplied, type System, startSystem } from '../../support/gateway/system.ts'
import { createUser, credential } from '../callers.ts'
import { type Pipelines, startPipelines } from '../pipelines.ts'

describe('/me', () => {
  let system: System
  let pipelines: Pipelines
  beforeAll(async () => {
    system = await startSystem({ rackNames: ['staging', 'production'], publicUrl: 'own' })
    pipelines = await startPipelines(system)
  })
  afterAll(async () => {
    await pipelines.stop()
    await system.stop()
  })

  const me = (token: string) => call(system, token, 'GET', '/me')

  test('shows own bindings and those of groups, with their reasons', async () => {
    const ann = await createUser(system, null)
    const end = new Date(Date.now() + 3_600_000)
    await system.sql`update gateway.users set groups = '{deployers}' where id = ${ann.id}`
    await changesApplied(system)
    const subject = { kind: 'user', id: ann.id } as const
    const own = await system.issuer.addBinding(subject, {
      role: 'viewer',
      racks: 'stag*',
      reason: 'on call',
      expiresAt: end,
    })
    const ofGroup = await system.issuer.addBinding(
      { kind: 'group', id: 'deployers' },
      { role: 'deployer', apps: 'web' },
    )
    await system.issuer.addBinding(subject, { role: 'admin', expiresAt: new Date(Date.now() - 1_000) })
    await system.issuer.addBinding({ kind: 'group', id: 'others' }, { role: 'admin' })
    await expect.poll(async () => (await me(ann.token)).text('roles.1')).toBe('deployer')
    const common = { permissions: null, createdAt: expect.stringMatching(/Z$/) }
    const response = await me(ann.token)
    expect(response.json).toMatchObject({
      roles: ['viewer', 'deployer'],
      permissions: [],
      access: [
        {
          ...common,
          id: own,
          subject,
          role: 'viewer',
          racks: 'stag*',
          apps: '*',
          reason: 'on call',
          expiresAt: end.toISOString(),
        },
        {
          ...common,
          id: ofGroup,
          subject: { kind: 'group', id: 'deployers' },
          role: 'deployer',
          racks: '*',
          apps: 'web',
          reason: null,
          expiresAt: null,
        },
      ],
    })
    expect(Reflect.get(Object(response.json), 'access')).toHaveLength(2)
  })

  test('shows permissions of the management API only where they are held on all racks and apps', async () => {
    const permissions = async (token: string) => Reflect.get(Object((await me(token)).json), 'permissions')
    expect(await permissions((await createUser(system, 'viewer')).token)).toEqual(['gateway:policy:read'])
    expect(await permissions((await createUser(system, 'admin')).token)).toContain('gateway:trust:write')
    for (const scope of [{ racks: 'staging' }, { apps: 'web' }, { rack: 'staging' }])
      expect(await permissions((await createUser(system, 'admin', scope)).token)).toEqual([])
    // The owner of the token has no role.
    expect(await permissions(await credential(system, 'nothing', 'token of a user'))).toEqual([])
  })

  test('shows who granted a role', async () => {
    const [ann, ben] = [await createUser(system, null), await createUser(system, 'admin')]
    const subject = { kind: 'user', id: ann.id }
    await call(system, ben.token, 'POST', '/bindings', { subject, role: 'viewer' })
    await expect.poll(async () => (await me(ann.token)).text('access.0.grantedBy.email')).toBe(ben.email)
    // The test wrote the binding of the admin itself.
    expect((await me(ben.token)).text('access.0.grantedBy.email')).toBe('null')
  })

  test('shows a token and a job where their roles come from', async () => {
    const token = await me(await credential(system, 'ops', 'token of a user'))
    expect([token.text('access.0.subject.kind'), token.text('access.0.subject.id')]).toEqual([
      'api-token',
      token.text('id'),
    ])
    const { token: jobToken, trust } = await pipelines.job('ci')
    const job = await me(jobToken)
    expect([job.text('access.0.role'), job.text('access.0.subject.kind'), job.text('access.0.subject.id')]).toEqual([
      'ci',
      'trust',
      trust,
    ])
  })

  test('answers without bindings while the database does not', async () => {
    const { token } = await createUser(system, 'viewer')
    // A change that the gateway applies later would make it look up the principal again.
    await changesApplied(system)
    expect((await me(token)).text('access.0.role')).toBe('viewer')
    await system.sql.begin(async (sql) => {
      await sql`lock table gateway.bindings in access exclusive mode`
      const response = await me(token)
      expect([response.status, response.text('roles.0'), response.text('access')]).toEqual([200, 'viewer', 'undefined'])
    })
  })
})
