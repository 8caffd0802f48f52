import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rackRoutes } from '@rack-gateway/convox-api'
import type { PolicyMatrix } from '@rack-gateway/gateway-api'
import type { Principal } from '@rack-gateway/rbac-policy'
import { builtInText } from '@rack-gateway/rbac-policy/document'
import { callManagementApi as call } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type PackageFiles, packageFiles } from '../../support/gateway/policy-packages.ts'
import { type System, startSystem } from '../../support/gateway/system.ts'
import { createUser } from '../callers.ts'

const policy = `version: 1
roles:
  on-call:
    description: Fixes apps at night.
    extends: [viewer]
    permissions: [process:run]
    when: { time: [{ from: "18:00", to: "08:00", zone: Europe/Berlin }] }
commands:
  services: [command, worker]
  rules:
    migrate:
      run: rake db:migrate|db:seed
      roles: [on-call]
      apps: [web]
blocked:
  DELETE /apps/{app}: { reason: Apps stay. }
unblocked:
  - PUT /system
protected:
  environment:
    - DB_*
stepUp:
  rules:
    promotes: { permissions: [release:promote], racks: [staging], require: { recent: 10m, except: ["trust:deploys"] } }
    web: { apps: [web], require: none }
  management: always
  enrollBy: 2031-01-31
`

const freeze = `export default {
  name: 'freeze',
  evaluate: (call) => call.app === 'frozen' ? { effect: 'deny', rule: 'frozen', reason: 'It is frozen.', next: 'Wait.' } : undefined,
}`

describe('the policy matrix', () => {
  let system: System
  let files: PackageFiles
  let directory: string
  let token: string
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'policy-'))
    const policyFile = join(directory, 'policy.yaml')
    await writeFile(policyFile, policy)
    files = await packageFiles()
    system = await startSystem({ policyFile, policyPackages: [await files.write('freeze.mjs', freeze)] })
    token = (await createUser(system, 'viewer', { racks: 'staging', apps: 'web' })).token
  })
  afterAll(async () => {
    await system.stop()
    await files.remove()
    await rm(directory, { recursive: true })
  })

  async function matrix(): Promise<PolicyMatrix> {
    const response = await call(system, token, 'GET', '/policy/matrix')
    expect(response.status).toBe(200)
    return response.json as PolicyMatrix
  }

  test('has the rules of the document and the built-in ones, each with its line', async () => {
    const found = await matrix()
    expect(found).toMatchObject({ policy: system.app.policy.hash, source: 'policy.yaml', builtInText })
    expect(found.roles.find(({ name }) => name === 'on-call')).toEqual({
      name: 'on-call',
      description: 'Fixes apps at night.',
      source: 'policy.yaml:3',
      extends: ['viewer'],
      conditions: [{ time: [{ from: '18:00', to: '08:00', zone: 'Europe/Berlin' }] }],
    })
    expect(found.commandRules).toEqual([
      {
        id: 'migrate',
        source: 'policy.yaml:11',
        command: 'rake db:migrate|db:seed',
        services: ['command'],
        roles: ['on-call'],
        apps: ['web'],
        conditions: [],
      },
    ])
    expect(found.blocked.at(-1)).toMatchObject({
      route: 'DELETE /apps/{app}',
      reason: 'Apps stay.',
      source: 'policy.yaml:16',
    })
    expect(found.unblocked).toEqual([{ route: 'PUT /system', source: 'policy.yaml:18' }])
    expect(found.names.protectedKeys).toEqual([{ name: 'DB_*', source: 'policy.yaml:21' }])
    expect(found.names.runServices.map(({ source }) => source)).toEqual(['policy.yaml:9', 'policy.yaml:9'])
    expect(found.stepUps).toEqual([
      {
        kind: 'rule',
        name: 'promotes',
        permissions: ['release:promote'],
        racks: ['staging'],
        rule: 'step-up:rule promotes',
        level: { kind: 'recent', within: 600_000 },
        except: ['trust:deploys'],
        source: 'policy.yaml:24',
      },
      {
        kind: 'rule',
        name: 'web',
        apps: ['web'],
        rule: 'step-up:rule web',
        level: null,
        except: [],
        source: 'policy.yaml:25',
      },
      {
        kind: 'management',
        name: '',
        rule: 'step-up:management',
        level: { kind: 'always', methods: 'passkey' },
        except: [],
        source: 'policy.yaml:26',
      },
    ])
    expect(found.enrollment).toEqual({ by: '2031-01-31T00:00:00.000Z', source: 'policy.yaml:27' })
    const lines = builtInText.split('\n')
    const lineOf = (source: string | undefined) => lines[Number(source?.replace('built-in:', '')) - 1]
    expect(lineOf(found.roles.find(({ name }) => name === 'viewer')?.source)).toBe('  viewer:')
    expect(lineOf(found.recordings[0]?.source)).toBe('    every-session:')
    expect(lineOf(found.tokens.source)).toBe('  maxAge: 365d')
    expect(found.tokens).toMatchObject({ maxAgeSeconds: 365 * 86_400, defaultAgeSeconds: 90 * 86_400 })
  })

  test('gives a role a permission exactly where a decision does', async () => {
    const found = await matrix()
    const moment = { at: Date.UTC(2030, 0, 7, 22), address: null }
    for (const { name: role } of found.roles)
      for (const { name, roles } of found.permissions) {
        const bindings = [{ id: 'b', role, racks: '*', apps: '*', expiresAt: null }]
        const common = { kind: 'user', id: 'i', name: 'n', credential: 'c', rack: null, groups: [] } as const
        const principal: Principal = { ...common, bindings, owner: null, expiresAt: moment.at + 1 }
        const where = { rack: 'staging', app: 'web', scope: 'app' } as const
        const has = system.app.policy.hasPermission(principal, name, where, moment)
        expect([role, name, roles.includes(role)]).toEqual([role, name, has])
      }
  })

  test('has the routes that decisions can be asked about, with summaries', async () => {
    const { routes } = await matrix()
    expect(routes.filter(({ api }) => api === 'rack').map(({ id }) => id)).toEqual(rackRoutes.map(({ id }) => id))
    expect(routes).toContainEqual({
      id: 'POST /apps/{app}/releases/{id}/promote',
      api: 'rack',
      permission: 'release:promote',
      scope: 'app',
      summary: 'Promotes a release.',
    })
    expect(routes).toContainEqual({
      id: 'GET /gateway/api/v1/users',
      api: 'management',
      permission: 'gateway:user:write',
      scope: 'gateway',
      summary: 'Lists users, the members of a group, or users without a second factor.',
    })
    const asked = routes.map(({ id, scope }) => ({ route: id, ...(scope === 'app' && { app: 'web' }) }))
    for (let at = 0; at < asked.length; at += 100) {
      const calls = asked.slice(at, at + 100)
      const response = await call(system, token, 'POST', '/policy/decisions', { rack: 'staging', calls })
      expect([response.status, Object(response.json).decisions?.length]).toEqual([200, calls.length])
    }
  })

  test('has the loaded packages with their counts', async () => {
    const [before] = (await matrix()).packages
    expect(before).toEqual({
      name: 'freeze',
      version: null,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      evaluated: expect.any(Number),
      simulated: expect.any(Number),
      objected: 0,
      failed: 0,
      slow: expect.any(Number),
    })
    const admin = await system.token('admin')
    expect((await system.get('/rack/staging/apps/frozen', admin)).status).toBe(403)
    const [after] = (await matrix()).packages
    expect([after?.evaluated, after?.objected]).toEqual([(before?.evaluated ?? 0) + 1, 1])
  })

  test('answers 304 to an unchanged ETag', async () => {
    const first = await call(system, token, 'GET', '/policy/matrix')
    const again = await call(system, token, 'GET', '/policy/matrix', undefined, [
      `If-None-Match: ${first.headers.get('etag')}`,
    ])
    expect([again.status, again.body]).toEqual([304, ''])
  })

  test('shows a changed policy at once, with another ETag', async () => {
    const paths = ['/policy', '/policy/matrix', '/policy/effective?rack=staging']
    const read = () => Promise.all(paths.map((path) => call(system, token, 'GET', path)))
    const before = await read()
    await writeFile(join(directory, 'policy.yaml'), policy.replace('DB_*', 'CACHE_*'))
    await system.app.policyFile?.reload()
    const after = await read()
    for (const [index, response] of after.entries()) {
      expect(before[index]?.body).toContain('DB_*')
      expect(response.body).toContain('CACHE_*')
      expect(response.body).not.toContain('DB_*')
      expect(response.headers.get('etag')).not.toBe(before[index]?.headers.get('etag'))
    }
  })
})
