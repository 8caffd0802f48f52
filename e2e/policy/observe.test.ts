import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RackRoute, rackRoutes } from '@rack-gateway/convox-api'
import { freePort } from '@rack-gateway/demo/free-port'
import { systemClock } from '@rack-gateway/demo-rack'
import { permissions } from '@rack-gateway/rbac-policy'
import { basicAuthorization } from '@rack-gateway/testing/authorization'
import { sendRaw, writeRequest } from '@rack-gateway/testing/http'
import { callManagementApi as call } from '@rack-gateway/testing/management-api'
import { openWebSocket } from '@rack-gateway/testing/websocket'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { callInConsoleMode, rackHeaders } from '../console-mode/console-calls.ts'
import { createUser, type TestUser } from '../management-api/callers.ts'
import { metricsAt } from '../support/gateway/metrics.ts'
import { changesApplied, type System, startSystem, verifyStreams } from '../support/gateway/system.ts'

const day = 86_400_000
const form = ['Content-Type: application/x-www-form-urlencoded']
const restart = '/rack/staging/apps/myapp/services/web/restart?'

function policyFile(...lines: readonly string[]): string {
  const path = join(mkdtempSync(join(tmpdir(), 'observe-')), 'policy.yaml')
  writeFileSync(path, ['version: 1', ...lines, ''].join('\n'))
  return path
}

describe('on an observed rack', () => {
  const until = Date.now() + 7 * day
  let system: System
  let viewer: TestUser
  beforeAll(async () => {
    system = await startSystem({
      rackNames: ['staging', 'production'],
      observing: { racks: ['staging'], until },
      policyFile: policyFile(
        'protected: { environment: [DATABASE_URL] }',
        'roles: { office: { extends: [ops], when: { addresses: [10.0.0.0/8] } } }',
        'stepUp: { rules: { deletes: { permissions: [app:delete], require: { recent: 10m } } } }',
      ),
    })
    viewer = await createUser(system, 'viewer')
  })
  afterAll(() => system.stop())
  beforeEach(() => {
    for (const rack of Object.values(system.racks)) rack.clearReceived()
  })

  const received = () => system.rack.received.map(({ method, target }) => `${method} ${target}`)
  const wouldBe = { effect: 'deny', rule: 'no-permission', source: 'bindings' }
  const observed = { effect: 'allow', rule: 'observe-mode', source: 'gateway' }

  describe('a call that the policy denies is forwarded, and its events have the decision of the policy', () => {
    test('by the address of the rack', async () => {
      expect((await system.send('POST', restart, viewer.token)).status).toBe(200)
      expect(received()).toEqual(['POST /apps/myapp/services/web/restart?'])
      const events = (await system.events()).filter(({ route }) => route?.endsWith('/restart'))
      expect(events.map(({ kind }) => kind)).toEqual(['intent', 'outcome'])
      for (const { decision } of events) {
        expect(decision).toMatchObject({ ...observed, policy: system.app.policy.hash, wouldBe })
        expect(decision?.wouldBe?.reason).toContain('service:restart on myapp needs one of the roles')
        expect(decision?.wouldBe?.next).toContain('Ask an administrator')
      }
    })

    test('in console mode', async () => {
      const line = 'POST /apps/myapp/services/web/restart'
      expect((await callInConsoleMode(system, line, viewer.token, rackHeaders('gateway/staging'))).status).toBe(200)
      expect(await system.lastEvent()).toMatchObject({ mode: 'console', decision: { ...observed, wouldBe } })
      const elsewhere = await callInConsoleMode(system, line, viewer.token, rackHeaders('gateway/production'))
      expect([elsewhere.status, elsewhere.json]).toMatchObject([403, { rule: 'no-permission' }])
    })

    test('a read', async () => {
      expect((await system.get('/rack/staging/registries?', viewer.token)).status).toBe(200)
      expect(await system.lastEvent()).toMatchObject({ kind: 'call', status: 200, decision: { ...observed, wouldBe } })
    })

    test('a WebSocket', async () => {
      const socket = await openWebSocket(`${system.url}/rack/staging/apps/myapp/processes/web/exec`, viewer.token, {
        Command: 'true',
      })
      expect(socket.status).toBe(101)
      await socket.readToEnd()
      const opened = (await system.events()).findLast(({ kind }) => kind === 'opened')
      expect(opened).toMatchObject({ command: ['true'], decision: { ...observed, wouldBe } })
    })

    test('a token of a service account, whose owner lacks the permission', async () => {
      await system.issuer.createServiceAccount({ name: 'nightly', binding: { role: 'viewer' } })
      const owner = { kind: 'service-account', name: 'nightly' } as const
      const expiresAt = Date.now() + day
      const { token } = await system.issuer.issueApiToken({ name: 'nightly', owner, role: 'ops', expiresAt })
      expect((await system.send('POST', restart, token)).status).toBe(200)
      expect((await system.send('DELETE', '/rack/staging/apps/otherapp?', token)).status).toBe(403)
    })

    test('a call that needs a proof', async () => {
      await system.send('POST', '/rack/staging/apps?', viewer.token, 'name=short-lived', form)
      const admin = await createUser(system, 'admin')
      expect((await system.send('DELETE', '/rack/staging/apps/short-lived?', admin.token)).status).toBe(200)
      expect((await system.lastEvent()).decision).toMatchObject({
        ...observed,
        wouldBe: { effect: 'require', rule: 'step-up:rule deletes' },
      })
      const enforced = await system.send('DELETE', '/rack/production/apps/otherapp?', admin.token)
      expect(enforced.status).toBe(403)
    })

    test('with a secret in its command, which no event has', async () => {
      const socket = await openWebSocket(`${system.url}/rack/staging/apps/myapp/processes/web/exec`, viewer.token, {
        Command: 'deploy --password hunter2hunter2',
      })
      await socket.readToEnd()
      expect(JSON.stringify(await system.events())).not.toContain('hunter2')
    })

    test('all streams stay verifiable', async () => {
      await expect.poll(() => verifyStreams(system.sql)).toMatchObject({ intact: true })
    })
  })

  describe('what stays denied is not forwarded', () => {
    const denied = (rule: string) => ({ effect: 'deny', rule })

    test('calls without a valid credential, of unknown routes, and of users without a role on the rack', async () => {
      expect((await system.get('/rack/staging/apps?', 'rgs_nonsense')).status).toBe(401)
      expect((await system.send('POST', '/rack/staging/nothing?', viewer.token)).status).toBe(404)
      const nobody = await createUser(system, null)
      expect((await system.get('/rack/staging/apps?', nobody.token)).status).toBe(403)
      const elsewhere = await createUser(system, 'admin', { racks: 'production' })
      expect((await system.get('/rack/staging/apps?', elsewhere.token)).status).toBe(403)
      const auditor = await createUser(system, 'auditor')
      expect((await system.send('DELETE', '/rack/staging/apps/myapp?', auditor.token)).status).toBe(403)
      const bound = await createUser(system, 'viewer', { rack: 'production' })
      expect((await system.send('POST', restart, bound.token)).status).toBe(403)
      expect(received()).toEqual([])
    })

    test('responses that cannot be masked', async () => {
      const opaque = rackRoutes.filter(({ mask }) => mask === 'opaque')
      for (const route of opaque) {
        const response = await system.send(methodOf(route), `/rack/staging${pathOf(route)}?`, viewer.token)
        expect([route.id, response.status]).toEqual([route.id, 403])
        expect((await system.lastEvent()).decision).not.toHaveProperty('wouldBe')
      }
      expect(received().filter((line) => !line.startsWith('GET /apps/myapp/processes'))).toEqual([])
    })

    test('a change of a protected key, also if the caller lacks the permission for releases', async () => {
      const env = encodeURIComponent('DATABASE_URL=postgres://evil\nPLAIN=value\nRAILS_ENV=production')
      const response = await system.send('POST', '/rack/staging/apps/myapp/releases?', viewer.token, `env=${env}`, form)
      expect([response.status, response.json]).toMatchObject([403, { rule: 'protected-key' }])
      expect(received().filter((line) => line.startsWith('POST'))).toEqual([])
      expect((await system.lastEvent()).decision).toMatchObject(denied('protected-key'))
    })

    test('blocked operations, processes of builds, and proxies to addresses that nobody can reach', async () => {
      expect((await system.send('PUT', '/rack/staging/system?', viewer.token, 'count=9', form)).json).toMatchObject({
        rule: 'blocked:PUT /system',
      })
      for (const [path, rule] of [
        ['apps/myapp/processes/build/exec', 'blocked:build'],
        ['apps/system/processes/api/exec', 'blocked:rack-app'],
        ['proxy/api.convox.svc/5443', 'blocked:rack-api'],
        ['proxy/169.254.169.254/80', 'blocked:local-address'],
        ['proxy/example.com/443', 'proxy-host'],
      ]) {
        const socket = await openWebSocket(`${system.url}/rack/staging/${path}`, viewer.token, { Command: 'env' })
        if (socket.status === 101) await socket.readToEnd()
        expect((await system.lastEvent()).decision, path).toMatchObject({ effect: 'deny', rule })
      }
      expect(received().filter((line) => /exec|proxy|PUT/.test(line))).toEqual([])
    })

    test.each([
      'PUT //system',
      'PUT /system/',
      'PUT /system/.',
      'PUT /apps/../system',
      'PUT /apps/%2e%2e/system',
      'PUT /%73ystem',
      'PUT /System',
      'PUT /system;x=1',
      'PUT /system%20',
      'POST /system',
      'GET /system/jwt/token',
      'POST /system/jwt/token/',
      'PATCH /system',
      'POST /system//jwt/token',
      'DELETE /apps/system',
      'DELETE /apps/%73ystem',
      'DELETE /apps/system/',
      'POST /apps/system/processes/api/files',
      'POST /kubernetes/api',
    ])('a blocked operation in another spelling: %s', async (line) => {
      const [method = '', path = ''] = line.split(' ')
      const headers = [...form, 'X-HTTP-Method-Override: PUT', 'X-Original-URL: /system']
      for (const query of ['', '?', '?_method=PUT&count=9']) {
        const target = `/rack/staging${path}${query}`
        const response = await system.send(method, target, viewer.token, 'count=9&_method=PUT', headers)
        expect(response.status, target).toBeGreaterThanOrEqual(400)
      }
      expect(received()).toEqual([])
    })

    test('calls that a condition on addresses excludes', async () => {
      const outside = await createUser(system, 'office')
      expect((await system.send('POST', restart, outside.token)).json).toMatchObject({ rule: 'condition:office' })
    })

    test('the management API', async () => {
      for (const [method, path] of [
        ['GET', '/users'],
        ['GET', '/audit/events'],
        ['POST', '/bindings'],
      ] as const)
        expect((await call(system, viewer.token, method, path, method === 'POST' ? {} : undefined)).status).toBe(403)
    })
  })

  test('masks that come back become the real values, although the caller could not create a release', async () => {
    const [{ id }] = JSON.parse((await system.get('/rack/staging/apps/myapp/releases?limit=1', viewer.token)).body)
    const path = `/rack/staging/apps/myapp/releases/${id}?`
    const { env } = JSON.parse((await system.get(path, viewer.token)).body)
    expect(env).toMatch(/SECRET_KEY_BASE=\[hidden:/)
    const body = `env=${encodeURIComponent(`${env}\nADDED=1`)}`
    const response = await system.send('POST', '/rack/staging/apps/myapp/releases?', viewer.token, body, form)
    expect(response.status).toBe(200)
    expect(response.body).not.toContain('s3cr3t')
    const sent = new URLSearchParams(
      system.rack.received.find(({ method }) => method === 'POST')?.body.bytes.toString(),
    ).get('env')
    expect(sent).toContain('SECRET_KEY_BASE=s3cr3t-myapp')
    expect(sent).toContain('ADDED=1')
    const intent = (await system.events()).findLast(({ kind }) => kind === 'intent')
    expect(intent).toMatchObject({ environment: ['ADDED'], decision: { wouldBe } })
  })

  test('responses say so', async () => {
    const observing = { until: new Date(until).toISOString() }
    expect((await call(system, viewer.token, 'GET', '/me')).json).toMatchObject({ observing: { staging: observing } })
    expect((await call(system, viewer.token, 'GET', '/rack-statuses')).json).toMatchObject({
      racks: [
        { name: 'production', observing: null },
        { name: 'staging', observing },
      ],
    })
    const effective = (rack: string) => call(system, viewer.token, 'GET', `/policy/effective?rack=${rack}`)
    expect((await effective('staging')).json).toMatchObject({ observing })
    expect((await effective('production')).json).toMatchObject({ observing: null })
    const decided = (rack: string) =>
      call(system, viewer.token, 'POST', '/policy/decisions', {
        rack,
        calls: [{ route: 'POST /apps/{app}/releases/{id}/promote', app: 'myapp' }],
      })
    expect((await decided('staging')).json).toMatchObject({
      decisions: [{ decision: { ...observed, wouldBe: { ...wouldBe, next: expect.any(String) } } }],
    })
    expect((await decided('production')).json).toMatchObject({ decisions: [{ decision: { effect: 'deny' } }] })
  })

  test('what would be denied is listed', async () => {
    const auditor = await createUser(system, 'auditor')
    const { json } = await call(system, auditor.token, 'GET', '/policy/would-be?since=1h')
    expect(json).toMatchObject({
      rows: expect.arrayContaining([
        expect.objectContaining({
          effect: 'deny',
          rule: 'no-permission',
          rack: 'staging',
          route: 'POST /apps/{app}/services/{service}/restart',
          principal: expect.objectContaining({ id: viewer.id }),
          count: 2,
        }),
      ]),
    })
  })

  test('the start of the process is recorded with its mode', async () => {
    const mode = { policyMode: 'observe', observedRacks: 'staging', observeUntil: new Date(until).toISOString() }
    const events = await system.events()
    for (const kind of ['stream.opened', 'configuration.loaded'])
      expect(events.find((event) => event.kind === kind)).toMatchObject({ detail: mode })
  })
})

function methodOf({ method }: RackRoute): string {
  return method === 'ANY' ? 'GET' : method
}

const values: Readonly<Record<string, string>> = {
  app: 'myapp',
  service: 'web',
  pid: 'web',
  name: 'database',
  port: '3000',
  id: 'R1',
}

function pathOf({ path }: RackRoute): string {
  return path.replaceAll(/\{(\w+)(?::[^}]*)?\}/g, (_, name: string) => values[name] ?? `some-${name}`)
}

const secrets = /s3cr3t|respass|hubsecret|regsecret|u:p@|postgres:\/\/u/

/** One gateway observes, and the other enforces, on the same racks and with the same users. */
describe('no response has a value that the gateway would mask', () => {
  let system: System
  let enforcing: Awaited<ReturnType<System['replica']>>
  let viewer: TestUser
  let reader: TestUser
  beforeAll(async () => {
    // What observe mode adds to a viewer: everything but values.
    const named = permissions.filter(({ name }) => !/^(?:secret:read|env:read|gateway:)/.test(name))
    const stopped = Date.now()
    system = await startSystem({
      clock: { ...systemClock, now: () => stopped },
      observing: { racks: ['staging'], until: Date.now() + day },
      policyFile: policyFile(
        'roles:',
        `  reader: { permissions: [${named.map(({ name }) => `"${name}"`).join(', ')}] }`,
      ),
    })
    enforcing = await system.replica({ observing: null })
    viewer = await createUser(system, 'viewer')
    reader = await createUser(system, 'reader')
    await changesApplied(system)
    await changesApplied(enforcing)
  })
  afterAll(() => system.stop())

  async function ids(): Promise<Record<string, string>> {
    const first = async (list: string) =>
      JSON.parse((await system.get(`/apps/myapp/${list}?`, viewer.token)).body)[0].id
    return { release: await first('releases'), build: await first('builds'), pid: await first('processes') }
  }

  test('of every GET route, by its permission and by observe mode', async () => {
    const { release = '', build = '', pid = '' } = await ids()
    const get = async (url: string, token: string, path: string) => {
      const { port } = new URL(url)
      const lines = [`Host: 127.0.0.1:${port}`, `Authorization: ${basicAuthorization(token)}`]
      const { status, body } = await sendRaw(url, writeRequest(`GET ${path}`, lines))
      // The demo rack adds random nanoseconds to some times.
      return { status, body: body.replaceAll(/\.\d{9}Z/g, 'Z') }
    }
    const outcomes: Record<string, number> = {}
    for (const route of rackRoutes.filter(({ method, kind }) => method === 'GET' && kind === 'http')) {
      const path = `${pathOf(route)
        .replace('/releases/R1', `/releases/${release}`)
        .replace('/builds/R1', `/builds/${build}`)
        .replace('/processes/web', `/processes/${pid}`)}?`
      const observed = await get(system.url, viewer.token, path)
      const enforced = await get(enforcing.url, viewer.token, path)
      outcomes[route.id] = observed.status
      expect(observed.body, route.id).not.toMatch(secrets)
      if (enforced.status !== 403) expect(observed, route.id).toEqual(enforced)
      else if (route.mask === 'opaque') expect(observed, route.id).toMatchObject({ status: 403 })
      else expect(observed, route.id).toEqual(await get(enforcing.url, reader.token, path))
    }
    const passed = Object.entries(outcomes).filter(([, status]) => status === 200)
    expect(passed.length).toBeGreaterThan(25)
    // A viewer has the permission of none of these.
    expect(passed.map(([route]) => route)).toEqual(
      expect.arrayContaining(['GET /registries', 'GET /apps/{app}/configs', 'GET /apps/{app}/objects']),
    )
  })
})

test('no response to a change has a value that the gateway would mask', async () => {
  const system = await startSystem({ observing: { racks: ['staging'], until: Date.now() + day } })
  onTestFinished(() => system.stop())
  const viewer = await createUser(system, 'viewer')
  const body = 'env=A%3D1&name=x&server=x&username=x&password=x&parameters=&url=object%3A%2F%2Fmyapp%2Ftmp%2Fa.tgz'
  const changes = rackRoutes.filter(({ kind, changes }) => kind === 'http' && changes)
  const statuses: number[] = []
  for (const route of [...changes].sort(
    (one, other) => Number(one.method === 'DELETE') - Number(other.method === 'DELETE'),
  )) {
    for (const [text, type] of [
      [body, form],
      ['', []],
    ] as const) {
      const path = `/rack/staging${pathOf(route)}?`
      const response = await system.send(methodOf(route), path, viewer.token, text, type)
      statuses.push(response.status)
      expect(response.body, route.id).not.toMatch(secrets)
    }
  }
  expect(statuses.filter((status) => status < 300).length).toBeGreaterThan(10)
})

describe('the end of observe mode', () => {
  test('enforces the policy, ends the streams that it denies, and is recorded once', async () => {
    let ahead = 0
    const now = () => Date.now() + ahead
    const until = now() + 10 * day
    const lines: string[] = []
    const port = await freePort()
    const system = await startSystem({
      now,
      observing: { racks: ['staging'], until },
      metrics: { host: '127.0.0.1', port },
      log: (line) => lines.push(line),
    })
    onTestFinished(() => system.stop())
    const expiresAt = now() + 60 * day
    const session = async (role: string) =>
      (await system.issuer.issueSession({ email: `${role}@example.com`, role, device: 'test', expiresAt })).token
    const [viewer, admin] = [await session('viewer'), await session('admin')]
    const observing = async () => (await metricsAt(port)).samples('rack_gateway_observing')
    const readiness = async () => (await system.get('/gateway/health/ready', viewer)).json
    const open = (token: string) =>
      openWebSocket(`${system.url}/apps/myapp/processes/web/exec`, token, { Command: 'bash' })

    expect(lines.join('')).toContain('"event":"policy.observing","racks":["staging"]')
    expect(await observing()).toEqual([['rack="staging"', 1]])
    expect(await readiness()).toMatchObject({
      checks: { 'policy-mode': { ready: true, detail: expect.stringContaining('not enforced on at least one rack') } },
    })
    const [observed, allowed] = [await open(viewer), await open(admin)]
    expect([observed.status, allowed.status]).toEqual([101, 101])

    ahead = 10 * day
    expect((await observed.readToEnd()).join('')).toContain('process:exec')
    expect((await system.send('POST', restart, viewer)).status).toBe(403)
    const ended = async () => (await system.events()).filter(({ kind }) => kind === 'policy.observe-ended')
    await expect.poll(ended).toHaveLength(1)
    expect(await ended()).toMatchObject([{ detail: { racks: 'staging', until: new Date(until).toISOString() } }])
    expect(await observing()).toEqual([['rack="staging"', 0]])
    await expect.poll(readiness).toMatchObject({
      checks: { 'policy-mode': { detail: expect.stringMatching(/^enforced: observe mode ended at/) } },
    })
    expect((await call(system, viewer, 'GET', '/me')).json).not.toHaveProperty('observing')
    await expect.poll(() => lines.join('')).toContain('"event":"policy.observe_ended"')
    allowed.send(Buffer.from('exit\n'))
    allowed.close()
    expect(await ended()).toHaveLength(1)
  })

  test('that has passed before the start only causes a warning', async () => {
    const lines: string[] = []
    const system = await startSystem({
      observing: { racks: ['staging'], until: Date.now() - 1 },
      log: (line) => lines.push(line),
    })
    onTestFinished(() => system.stop())
    expect(lines.join('')).toContain('"event":"policy.observe_over"')
    const viewer = await createUser(system, 'viewer')
    expect((await system.send('POST', restart, viewer.token)).status).toBe(403)
    const events = await system.events()
    expect(events.find(({ kind }) => kind === 'configuration.loaded')).toMatchObject({
      detail: { policyMode: 'enforce' },
    })
    expect(events.filter(({ kind }) => kind === 'policy.observe-ended')).toEqual([])
  })
})

test('a clock that is set back does not begin observe mode again', async () => {
  let ahead = 0
  const now = () => Date.now() + ahead
  const system = await startSystem({ now, observing: { racks: ['staging'], until: now() + day } })
  onTestFinished(() => system.stop())
  const expiresAt = now() + 60 * day
  const { token } = await system.issuer.issueSession({
    email: 'x@example.com',
    role: 'viewer',
    device: 'test',
    expiresAt,
  })
  expect((await system.send('POST', restart, token)).status).toBe(200)
  ahead = day
  expect((await system.send('POST', restart, token)).status).toBe(403)
  ahead = 0
  expect((await system.send('POST', restart, token)).status).toBe(403)
})

test('a read that only observe mode allows is durable before its response, also if reads are relaxed', async () => {
  const system = await startSystem({
    auditReads: 'relaxed',
    observing: { racks: ['staging'], until: Date.now() + day },
  })
  onTestFinished(() => system.stop())
  const viewer = await createUser(system, 'viewer')
  const recorded = vi.spyOn(system.app.audit, 'record').mockRejectedValue(new Error('no database'))
  onTestFinished(() => recorded.mockRestore())
  expect((await system.get('/rack/staging/registries?', viewer.token)).status).toBeGreaterThanOrEqual(500)
  expect((await system.get('/rack/staging/apps?', viewer.token)).status).toBe(200)
})

test('a call that became allowed after its facts were not looked up is denied', async () => {
  const system = await startSystem({ policyFile: policyFile('protected: { environment: [DATABASE_URL] }') })
  onTestFinished(() => system.stop())
  const { token } = await createUser(system, 'deployer')
  const path = '/rack/staging/apps/myapp/releases?'
  const release = (key: string) =>
    system.send('POST', path, token, `env=${encodeURIComponent(`${key}=postgres://evil`)}`, form)
  expect((await release('DATABASE_URL')).json).toMatchObject({ rule: 'protected-key' })
  const asked = vi.spyOn(system.app.policy, 'canAllow').mockImplementationOnce(() => false)
  onTestFinished(() => asked.mockRestore())
  expect((await release('DATABASE_URL')).json).toMatchObject({ rule: 'permissions-changed' })
  expect(asked).toHaveBeenCalledOnce()
  expect(system.rack.received.filter(({ method }) => method === 'POST')).toEqual([])
})

describe('two processes that differ in their mode', () => {
  test('are an alarm until they agree again', async () => {
    const port = await freePort()
    const tuning = { policyModeInterval: 20 }
    const system = await startSystem({ metrics: { host: '127.0.0.1', port }, tuning })
    onTestFinished(() => system.stop())
    const admin = await createUser(system, 'admin')
    const differ = async () => (await metricsAt(port)).samples('rack_gateway_policy_modes_differ')
    const alarms = async () => (await system.events()).filter(({ kind }) => kind === 'policy.modes-differ')
    expect(await differ()).toEqual([['', 0]])

    const until = Date.now() + day
    const other = await system.replica({ observing: { racks: ['staging'], until }, metrics: null })
    await expect.poll(differ).toEqual([['', 1]])
    await expect.poll(alarms).toHaveLength(1)
    const [alarm] = await alarms()
    expect(alarm?.detail?.modes).toMatch(/: enforce; .*: observe staging until /)
    expect((await call(system, admin.token, 'GET', '/audit/alarms')).texts('event.kind')).toEqual([
      'policy.modes-differ',
    ])
    const readiness = async () => (await system.get('/gateway/health/ready', admin.token)).json
    await expect
      .poll(readiness)
      .toMatchObject({ status: 'ready', checks: { 'policy-mode': { detail: expect.stringContaining('ALARM') } } })

    await other.stop()
    await expect.poll(differ).toEqual([['', 0]])
    expect(await alarms()).toHaveLength(1)
    const same = await system.replica({ metrics: null })
    expect(await differ()).toEqual([['', 0]])
    await same.stop()
  })
})
