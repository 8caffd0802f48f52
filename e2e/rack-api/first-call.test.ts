import type {} from '@rack-gateway/rbac-policy/plugin'
import { basicAuthorization } from '@rack-gateway/testing/authorization'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type System, startSystem, verifyStreams } from '../support/gateway/system.ts'

describe('a first call', () => {
  let system: System
  let viewer: string
  beforeAll(async () => {
    system = await startSystem()
    viewer = await system.token('viewer')
  })
  afterAll(() => system.stop())
  beforeEach(() => system.rack.clearReceived())

  test('a viewer lists apps, and the rack got the very bytes of the target', async () => {
    const response = await system.get('/apps?', viewer)
    expect(response.status).toBe(200)
    expect(response.json).toMatchObject([{ name: 'myapp' }, { name: 'otherapp' }])
    expect(system.rack.received.map(({ method, target }) => `${method} ${target}`)).toEqual(['GET /apps?'])
  })

  test('a viewer cannot delete an app: the error names the permission and the rule, and the rack receives no request', async () => {
    const response = await system.send('DELETE', '/apps/myapp?', viewer)
    expect(response.status).toBe(403)
    expect(response.json).toMatchObject({
      code: 'RGW_NOT_PERMITTED',
      rule: 'no-permission',
      requestId: expect.any(String),
    })
    expect(response.error).toContain('app:delete')
    expect(response.error).toContain('no-permission')
    expect(response.error).not.toContain('%')
    expect(system.rack.received).toHaveLength(0)
  })

  test('both calls are in the log with their principal, and the log is intact', async () => {
    await system.get('/apps?', viewer)
    await system.send('DELETE', '/apps/myapp?', viewer)
    const events = await system.events()
    const [allowed, refused] = events.slice(-2)
    expect(allowed).toMatchObject({
      kind: 'call',
      principal: { kind: 'user', name: 'viewer@example.com', roles: ['viewer'] },
      rack: 'staging',
      route: 'GET /apps',
      permission: 'app:list',
      decision: { effect: 'allow', rule: 'role:viewer', reason: 'The role viewer grants app:list.' },
      status: 200,
    })
    expect(refused).toMatchObject({
      kind: 'call',
      principal: { name: 'viewer@example.com' },
      app: 'myapp',
      route: 'DELETE /apps/{app}',
      decision: { effect: 'deny', rule: 'no-permission' },
      status: 403,
    })
    expect(await verifyStreams(system.sql)).toMatchObject({ intact: true })
  })

  test('the rack receives its own password and the name of the user, whatever the client sent instead', async () => {
    await system.send('GET', '/apps?', viewer, '', [
      'Convox-Actor: root',
      'X-Convox-Actor: root',
      'X_Forwarded_User: root',
      'Forwarded: for=1.1.1.1',
    ])
    const [call] = system.rack.received
    const headers = new Map(pairs(call?.rawHeaders ?? []))
    expect(headers.get('convox-actor')).toBe('viewer@example.com')
    expect(headers.get('authorization')).toBe(basicAuthorization(system.rack.token))
    expect([...headers.keys()].filter((name) => /actor|forward/.test(name))).toEqual(['convox-actor'])
    expect(JSON.stringify(call)).not.toContain(viewer)
  })

  test('a change is an intent before and an outcome after', async () => {
    const deployer = await system.token('deployer')
    const form = ['Content-Type: application/x-www-form-urlencoded']
    const response = await system.send('PUT', '/apps/myapp?', deployer, 'lock=true', form)
    expect(response.status).toBe(200)
    const [intent, outcome] = (await system.events()).slice(-2)
    expect(intent).toMatchObject({
      kind: 'intent',
      route: 'PUT /apps/{app}',
      decision: { effect: 'allow' },
      parameters: { form: ['lock'] },
    })
    expect(outcome).toMatchObject({ kind: 'outcome', of: intent?.id, status: 200, upstream: expect.any(String) })
    expect(system.rack.received[0]?.body.bytes.toString()).toBe('lock=true')
  })

  test('a start says what it decides by', async () => {
    const [opened, configured] = await system.events()
    expect(opened).toMatchObject({ kind: 'stream.opened', seq: 1 })
    expect(configured).toMatchObject({
      kind: 'configuration.loaded',
      detail: { racks: 'staging', policy: system.app.policy.hash },
    })
  })

  test('the probes of the CLI are answered at once and recorded nowhere', async () => {
    const before = (await system.events()).length
    for (const path of ['/machines?', '/racks?', '/rack/staging/machines?']) {
      expect((await system.get(path, viewer)).status).toBe(404)
    }
    expect(await system.events()).toHaveLength(before)
    expect(system.rack.received).toHaveLength(0)
  })

  test('check and health need no credential and disclose no details', async () => {
    const check = await system.raw('GET /check HTTP/1.1\r\nHost: gateway\r\n\r\n')
    expect([check.status, check.body]).toEqual([200, 'ok\n'])
    const askReady = () => system.raw('GET /gateway/health/ready HTTP/1.1\r\nHost: gateway\r\n\r\n')
    // On a busy machine, the gateway can be behind with the identities for a moment.
    await expect.poll(askReady).toMatchObject({
      status: 200,
      json: { status: 'ready', checks: { database: { ready: true }, audit: { ready: true } } },
    })
    expect((await askReady()).body).not.toMatch(/staging|rack-password|version/)
  })
})

function pairs(raw: readonly string[]): [string, string][] {
  const list: [string, string][] = []
  for (let index = 0; index + 1 < raw.length; index += 2)
    list.push([(raw[index] ?? '').toLowerCase(), raw[index + 1] ?? ''])
  return list
}
