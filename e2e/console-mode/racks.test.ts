import { callManagementApi } from '@rack-gateway/testing/management-api'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type System, startSystem } from '../support/gateway/system.ts'
import { callInConsoleMode, listHeaders, rackHeaders, receivedFromCallers } from './console-calls.ts'

const day = 86_400_000

/** What `convox login`, `convox racks`, and `convox switch` ask, as recorded. */
describe('the console that the stock CLI sees', () => {
  let system: System
  let time = Date.now()
  let admin: string
  beforeAll(async () => {
    system = await startSystem({ rackNames: ['staging', 'production'], now: () => time })
    admin = await system.token('admin')
  })
  afterAll(() => system.stop())
  afterEach(() => {
    for (const rack of Object.values(system.racks)) rack.clearReceived()
  })

  const call = (line: string, headers: readonly string[] = listHeaders, token: string | null = admin) =>
    callInConsoleMode(system, line, token, headers)

  /** Lists the racks until the gateway has the answers to its own questions. */
  const listed = (rack: string, expected: object) =>
    expect
      .poll(async () => {
        const { json } = await call('GET /racks')
        return (json as { name: string }[]).find(({ name }) => name === rack)
      })
      .toMatchObject(expected)

  test('a login is answered with the name of the caller, and recorded as a read', async () => {
    const response = await call('GET /auth', [])
    expect([response.status, response.json]).toEqual([200, { id: 'admin@example.com' }])
    expect(receivedFromCallers(system)).toEqual([])
    expect(await system.lastEvent()).toMatchObject({
      kind: 'call',
      mode: 'console',
      route: 'GET /auth',
      method: 'GET',
      path: '/auth',
      status: 200,
      principal: { name: 'admin@example.com' },
      decision: { effect: 'allow', rule: 'own-data' },
    })
  })

  test('under a rack, /auth is the rack’s own', async () => {
    expect((await call('GET /rack/staging/auth', [])).body).toBe('ok\n')
    expect((await call('GET /auth', rackHeaders('gateway/staging'))).body).toBe('ok\n')
    expect(receivedFromCallers(system)).toEqual(['staging: GET /auth?', 'staging: GET /auth?'])
  })

  test('the list has every rack of the caller, with its status and version, and is recorded as a read', async () => {
    await listed('staging', { status: 'running' })
    const response = await call('GET /racks')
    expect(response.json).toEqual(
      ['production', 'staging'].map((name) => ({
        name,
        organization: { name: 'gateway' },
        provider: 'aws',
        status: 'running',
        version: '3.24.9',
      })),
    )
    expect(await system.lastEvent()).toMatchObject({
      kind: 'call',
      mode: 'console',
      route: 'GET /racks',
      status: 200,
      decision: { effect: 'allow' },
    })
    expect(receivedFromCallers(system)).toEqual([])
  })

  test.each(['', 'x', 'f'.repeat(4_096), 'rgs_not-a-token', '../../system', '"quoted", ü', 'null'])(
    'a session of the value %j lists the same',
    async (value) => {
      expect((await call('GET /racks', [`Session: ${value}`])).json).toHaveLength(2)
    },
  )

  test('without a session it is the probe of the direct mode: 404, and no event', async () => {
    const before = await system.events()
    for (const headers of [[], rackHeaders('gateway/staging'), ['Rack: gateway/staging']])
      expect((await call('GET /racks', headers)).status).toBe(404)
    expect((await call('GET /rack/staging/racks')).status).toBe(404)
    expect((await call('GET /machines', rackHeaders('gateway/staging'))).status).toBe(404)
    expect(await system.events()).toHaveLength(before.length)
  })

  test('a rack that is down is listed at once, as it was last seen', async () => {
    await listed('production', { status: 'running' })
    time += 31_000
    const hang = system.racks.production?.failNext('GET /system', { kind: 'hang' })
    await listed('production', { status: 'running', version: '3.24.9' })
    await hang?.reached
    const response = await call('GET /racks')
    expect(response.json).toMatchObject([{ name: 'production', status: 'running' }, { name: 'staging' }])
    hang?.release()
    await listed('staging', { status: 'running' })
    time += 31_000
    const respond500 = { kind: 'answer', status: 500 } as const
    system.racks.production?.failNext('GET /system', respond500)
    await listed('production', { status: 'unreachable', version: '3.24.9' })
  })

  test('a caller without a role has no racks', async () => {
    const { id } = await system.issuer.user('nobody@example.com')
    expect(id).toBeTruthy()
    const { token } = await system.issuer.issueSession({
      email: 'nobody@example.com',
      device: 'test',
      expiresAt: time + day,
    })
    expect((await call('GET /racks', listHeaders, token)).json).toEqual([])
    expect((await call('GET /auth', [], token)).json).toEqual({ id: 'nobody@example.com' })
    const one = await call('GET /racks/gateway/staging', listHeaders, token)
    expect([one.status, one.json]).toMatchObject([404, { rule: 'unknown-rack' }])
  })

  test('a caller with a role on one rack has that one', async () => {
    const { id } = await system.issuer.user('one@example.com')
    await system.issuer.addBinding({ kind: 'user', id }, { role: 'viewer', racks: 'staging' })
    const { token } = await system.issuer.issueSession({
      email: 'one@example.com',
      device: 'test',
      expiresAt: time + day,
    })
    expect((await call('GET /racks', listHeaders, token)).json).toMatchObject([{ name: 'staging' }])
    const [other, missing] = await Promise.all(
      ['production', 'prodution'].map((name) => call(`GET /racks/gateway/${name}`, listHeaders, token)),
    )
    expect([other?.status, other?.json]).toMatchObject([404, { rule: 'unknown-rack' }])
    expect(other?.error).toBe(missing?.error.replace('prodution', 'production'))
  })

  test('a rack-bound token has its rack', async () => {
    const token = await system.token('admin', { rack: 'staging' })
    expect((await call('GET /racks', listHeaders, token)).json).toMatchObject([{ name: 'staging' }])
    expect((await call('GET /racks/gateway/staging', listHeaders, token)).status).toBe(200)
    for (const name of ['production', 'nowhere'])
      expect((await call(`GET /racks/gateway/${name}`, listHeaders, token)).json).toMatchObject({
        rule: 'rack-mismatch',
        reason: 'The path names another rack than staging, to which this token is bound.',
      })
  })

  test.each([
    ['without a rack', listHeaders],
    ['on that rack', rackHeaders('gateway/staging')],
  ])('one rack, %s, has no state and no parameters', async (_, headers) => {
    await listed('staging', { status: 'running' })
    const response = await call('GET /racks/gateway/staging', headers)
    expect(response.json).toEqual({
      name: 'staging',
      organization: { name: 'gateway' },
      provider: 'aws',
      status: 'running',
      version: '3.24.9',
    })
    expect(receivedFromCallers(system)).toEqual([])
    expect(await system.lastEvent()).toMatchObject({ mode: 'console', rack: 'staging', status: 200 })
  })

  test.each([
    ['GET /racks/gateway/nowhere', listHeaders, 404, 'unknown-rack'],
    ['GET /racks/other/staging', listHeaders, 404, 'unknown-rack'],
    ['GET /racks/gateway/staging', rackHeaders('gateway/production'), 400, 'rack-mismatch'],
    ['GET /racks/gateway/nowhere', rackHeaders('gateway/staging'), 400, 'rack-mismatch'],
  ])('%s with %j is %i', async (line, headers, status, rule) => {
    const response = await call(line, headers)
    expect([response.status, response.json]).toMatchObject([status, { rule }])
  })

  test('the machines of a console are 404 with a sentence, unlike the probe before a WebSocket', async () => {
    const response = await call('GET /machines')
    expect([response.status, response.error]).toEqual([
      404,
      'The gateway does not answer GET /machines. In console mode, it only lists racks and selects one. Manage machines in the Convox Console.',
    ])
    expect(await system.lastEvent()).toMatchObject({ mode: 'console', path: '/machines', status: 404 })
  })

  const changesOfRacks = "Use the provider's own tools to install, move, or remove a rack."
  const runtimes = 'Manage runtimes in the Convox Console.'
  test.each([
    ['POST /racks', changesOfRacks],
    ['PUT /racks/gateway/staging', changesOfRacks],
    ['DELETE /racks/gateway/staging', changesOfRacks],
    ['POST /racks/staging/install', changesOfRacks],
    ['GET /racks/gateway/staging/host', changesOfRacks],
    [
      'POST /racks/gateway/staging/sync',
      'You need not do anything: "convox rack sync" only updates the address of a rack, which the gateway knows.',
    ],
    ['GET /racks/gateway/staging/runtimes', runtimes],
    ['GET /organizations/gateway/runtimes', runtimes],
    ['GET /racks/gateway/staging/workflows', 'Use the workflows of the Convox Console, or deploy from your CI system.'],
  ])('%s is 404 with a sentence for its command', async (line, remedy) => {
    for (const headers of [listHeaders, rackHeaders('gateway/staging')]) {
      const response = await call(line, headers)
      expect(response.status).toBe(404)
      expect(response.error).toBe(
        `The gateway does not answer ${line}. In console mode, it only lists racks and selects one. ${remedy}`,
      )
    }
    expect(await system.lastEvent()).toMatchObject({
      mode: 'console',
      status: 404,
      decision: { rule: 'unknown-route' },
    })
    expect(receivedFromCallers(system)).toEqual([])
  })

  test.each(['GET /auth', 'GET /racks', 'GET /racks/gateway/staging', 'POST /racks'])(
    '%s without a credential is 401, whatever the session',
    async (line) => {
      for (const session of ['Session: ', `Session: ${admin}`])
        expect((await call(line, [session], null)).json).toMatchObject({ rule: 'no-credential' })
    },
  )

  test('a browser session does not list racks', async () => {
    const response = await call('GET /racks', [...listHeaders, 'Cookie: a=b'], null)
    expect(response.json).toMatchObject({ rule: 'cookie-credential' })
  })

  describe('a credential that is not valid any more', () => {
    const words = 'cli token is expired'

    test('gets the message that the stock CLI shows', async () => {
      const token = await system.token('viewer')
      time += 2 * day
      for (const line of ['GET /auth', 'GET /racks', 'GET /racks/gateway/staging']) {
        const response = await call(line, listHeaders, token)
        expect([response.status, response.json]).toMatchObject([401, { rule: 'expired-token' }])
        expect(response.error).toMatch(
          /^This cli token is expired\. Your session expired on [\d-]{10} [\d:]{5} UTC\. Run "rack-gateway convox-login"\.$/,
        )
      }
      const { error } = await call('GET /apps', rackHeaders('gateway/staging'), token)
      expect(error).toMatch(/^Your session expired on .* Run "rack-gateway convox-login"\.$/)
      expect((await system.get('/rack/staging/apps', token)).json).toMatchObject({ next: 'Run "rack-gateway login".' })
      admin = await system.token('admin')
    })

    test('also after it was revoked', async () => {
      const { id, token } = await system.issuer.issueSession({
        email: 'admin@example.com',
        device: 'other',
        expiresAt: time + day,
      })
      await system.issuer.endSession(id, 'ended by a test')
      await expect
        .poll(async () => (await call('GET /racks', listHeaders, token)).json)
        .toMatchObject({ rule: 'ended-session' })
      expect((await call('GET /auth', [], token)).error).toContain(words)
    })

    test('also while its user or its service account cannot use it', async () => {
      await system.issuer.createServiceAccount({ name: 'stopped', binding: { role: 'viewer' } })
      const owner = { kind: 'service-account', name: 'stopped' } as const
      const expiresAt = time + day
      const issued = await system.issuer.issueApiToken({ name: 'nightly', owner, role: 'viewer', expiresAt })
      const session = await system.token('viewer', { email: 'locked@example.com' })
      const me = await callManagementApi(system, session, 'GET', '/me')
      const { json: accounts } = await callManagementApi(system, admin, 'GET', '/service-accounts')
      const account = (accounts as { items: { id: string; name: string }[] }).items.find(
        ({ name }) => name === owner.name,
      )
      await callManagementApi(system, admin, 'POST', `/users/${me.text('id')}/lock`, { reason: 'a test' })
      await callManagementApi(system, admin, 'POST', `/service-accounts/${account?.id}/disable`)
      for (const [token, reason] of [
        [session, 'Your account is locked. Ask an administrator to unlock it.'],
        [issued.token, 'The service account that owns this API token is disabled. Ask an administrator to enable it.'],
      ] as const) {
        await expect.poll(async () => (await call('GET /racks', listHeaders, token)).status).toBe(401)
        for (const line of ['GET /auth', 'GET /racks'])
          expect((await call(line, listHeaders, token)).error).toBe(`This ${words}. ${reason}`)
      }
    })

    test('also if the gateway has no record of it', async () => {
      const other = await startSystem()
      const session = { email: 'admin@example.com', device: 'other', expiresAt: time + day }
      const { token } = await other.issuer.issueSession(session).finally(other.stop)
      const response = await call('GET /auth', [], token)
      expect(response.json).toMatchObject({ rule: 'unknown-token' })
      expect(response.error).toContain(words)
    })

    test('an invalid credential gets another message', async () => {
      const response = await call('GET /auth', [], 'rgs_nothing')
      expect(response.status).toBe(401)
      expect(response.error).not.toContain(words)
    })
  })
})

describe('another organization', () => {
  let system: System
  beforeAll(async () => {
    system = await startSystem({ organization: 'acme' })
  })
  afterAll(() => system.stop())

  test('names the racks', async () => {
    const token = await system.token('admin')
    expect((await callInConsoleMode(system, 'GET /racks', token, listHeaders)).json).toMatchObject([
      { name: 'staging', organization: { name: 'acme' } },
    ])
    const apps = (rack: string) => callInConsoleMode(system, 'GET /apps', token, rackHeaders(rack))
    expect((await apps('acme/staging')).status).toBe(200)
    expect((await apps('gateway/staging')).error).toBe('There is no rack "gateway/staging". You can use acme/staging.')
  })
})

test('a call that cannot reach a rack makes it unreachable in the very next list', async () => {
  const system = await startSystem({ rackNames: ['staging', 'production'] })
  onTestFinished(() => system.stop())
  const token = await system.token('admin')
  const list = async () => (await callInConsoleMode(system, 'GET /racks', token, listHeaders)).json
  await expect.poll(list).toMatchObject([{ name: 'production', status: 'running' }, { status: 'running' }])
  await system.racks.production?.close()
  const response = await callInConsoleMode(system, 'GET /apps', token, rackHeaders('gateway/production'))
  expect([response.status, response.json]).toMatchObject([502, { code: 'RGW_RACK_UNREACHABLE' }])
  const down = { name: 'production', status: 'unreachable', version: '3.24.9' }
  expect(await list()).toMatchObject([down, { name: 'staging', status: 'running' }])
})
