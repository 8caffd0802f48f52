import { freePort } from '@rack-gateway/demo/free-port'
import { callManagementApi as call, managementApi } from '@rack-gateway/testing/management-api'
import { openWebSocket } from '@rack-gateway/testing/websocket'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { createUser } from '../management-api/callers.ts'
import { metricsAt } from '../support/gateway/metrics.ts'
import { type System, type SystemOptions, startSystem } from '../support/gateway/system.ts'

const sentence =
  /^The rack staging rejects the gateway, because the gateway's password for this rack is not valid\. Your own credential is valid\. Ask .* RACK_TOKEN_STAGING .* restart the gateway\./
const rejection = { code: 'RGW_RACK_REJECTS_GATEWAY', error: expect.stringMatching(sentence) }
const marker = 'F1E49A85-0AD7-4AEF-A618-C249C6E6568D'

async function startRejected(options: SystemOptions = {}): Promise<System> {
  const system = await startSystem(options)
  onTestFinished(() => system.stop())
  system.rack.changePassword('rotated')
  return system
}

async function readinessOf(system: System): Promise<{ status: number; racks: unknown; text: string }> {
  // Readiness is checked at most once a second.
  const { status, json, body } = await system.raw('GET /gateway/health/ready HTTP/1.1\r\nHost: gateway\r\n\r\n')
  return { status, racks: (json as { checks: { racks: unknown } }).checks.racks, text: body }
}

async function alarmsOf(system: System): Promise<string[]> {
  const events = await system.events()
  return events.filter(({ kind }) => kind.startsWith('rack.')).map(({ kind, rack }) => `${kind} ${rack}`)
}

describe('a rack that rejects the password of the gateway', () => {
  let system: System
  let admin: string
  beforeEach(async () => {
    system = await startRejected()
    admin = await system.token('admin')
  })

  test.each([
    ['a read', 'GET', '/apps?', '', []],
    ['a read that the gateway must mask', 'GET', '/apps/myapp/releases?', '', []],
    ['a download', 'GET', '/apps/myapp/objects/tmp/a.tgz?', '', []],
    ['an address below /rack', 'GET', '/rack/staging/system', '', []],
  ] as const)('%s gets 502 with the sentence, and its event has it too', async (_, method, path, body, headers) => {
    const response = await system.send(method, path, admin, body, headers)
    expect([response.status, response.json]).toEqual([502, expect.objectContaining(rejection)])
    expect(response.headers.get('www-authenticate')).toBeUndefined()
    expect((await system.events()).filter(({ kind }) => kind === 'call')).toMatchObject([
      { status: 502, close: expect.stringContaining("the gateway's password"), decision: { effect: 'allow' } },
    ])
  })

  test('a call whose decision needs a fact of the rack gets the same', async () => {
    const response = await system.get('/apps/myapp/processes/web-1/files?file=a', admin)
    expect([response.status, response.json]).toEqual([502, expect.objectContaining(rejection)])
    expect(await system.lastEvent()).toMatchObject({ status: 502, decision: { rule: 'RGW_RACK_REJECTS_GATEWAY' } })
  })

  test.each([
    ['a change', 'DELETE', '/apps/myapp', ''],
    ['a form', 'PUT', '/apps/myapp', 'lock=true'],
    ['an upload', 'POST', '/apps/myapp/objects/tmp/a.tgz', 'x'.repeat(3_000_000)],
  ])('%s gets 502 with the sentence, and its outcome is recorded', async (_, method, path, body) => {
    const type = path.includes('objects') ? 'octet-stream' : 'x-www-form-urlencoded'
    const response = await system.send(method, `${path}?`, admin, body, [`Content-Type: application/${type}`])
    expect([response.status, response.json]).toEqual([502, expect.objectContaining(rejection)])
    expect((await system.events()).filter(({ kind }) => kind === 'intent' || kind === 'outcome')).toMatchObject([
      { kind: 'intent' },
      { kind: 'outcome', status: 502, close: expect.stringContaining("the gateway's password") },
    ])
  })

  test('the management API answers the same, as the gateway and not as the rack', async () => {
    const { token } = await createUser(system, 'admin')
    const response = await system.get(`${managementApi}/racks/staging/apps`, token)
    expect([response.status, response.json, response.headers.get('answered-by')]).toEqual([
      502,
      expect.objectContaining(rejection),
      undefined,
    ])
    const { json } = await call(system, token, 'GET', '/rack-statuses')
    expect(json).toMatchObject({ racks: [{ state: 'unreadable', why: expect.stringMatching(sentence) }] })
  })

  test('a WebSocket gets the sentence in place of the text of the rack, and the next one at its handshake', async () => {
    const open = () => openWebSocket(`${system.url}/apps/myapp/logs`, admin, {})
    const first = await open()
    expect([first.status, (await first.readToEnd()).join('')]).toEqual([
      101,
      expect.stringMatching(/^ERROR: The rack staging rejects the gateway, .*\n$/),
    ])
    first.close()
    const second = await open()
    expect([second.status, JSON.parse(second.error)]).toEqual([502, expect.objectContaining(rejection)])
    await expect
      .poll(async () => (await system.events()).filter(({ kind }) => kind === 'closed'))
      .toMatchObject([
        { status: 101, close: expect.stringMatching(/^gateway: The rack staging rejects/) },
        { status: 502, close: expect.stringContaining("the gateway's password") },
      ])
    system.rack.changePassword(system.rack.token)
    const third = await openWebSocket(`${system.url}/apps/myapp/logs`, admin, { Follow: 'false' })
    expect((await third.readToEnd()).join('')).not.toContain('ERROR')
  })

  test('a command gets the sentence and the exit code 1', async () => {
    system.rack.changePassword(system.rack.token)
    const started = await system.send('POST', '/apps/myapp/services/command/processes?', admin, '', [
      'Command: sleep 3600',
      'Content-Length: 0',
    ])
    system.rack.changePassword('rotated')
    const { id } = started.json as { id: string }
    const socket = await openWebSocket(`${system.url}/apps/myapp/processes/${id}/exec`, admin, { Command: 'ls' })
    const text = (await socket.readToEnd()).join('')
    expect([socket.status, text]).toEqual([101, expect.stringContaining('ERROR: The rack staging rejects the gateway')])
    expect(text).toMatch(new RegExp(`${marker}:1\n$`))
    expect(text).not.toContain('invalid authentication')
  })
})

test('the alarm is in the audit log, the log, readiness, and the health report, and ends when the rack accepts the gateway', async () => {
  const lines: string[] = []
  const system = await startRejected({ rackNames: ['staging', 'production'], log: (line) => lines.push(line) })
  const { token } = await createUser(system, 'admin')
  const calls = await Promise.all(
    Array.from({ length: 5 }, () =>
      Promise.all(['staging', 'production'].map((r) => system.get(`/rack/${r}/apps`, token))),
    ),
  )
  expect(calls.flat().map(({ status }) => status)).toEqual(Array.from({ length: 10 }, (_, i) => (i % 2 ? 200 : 502)))
  await expect
    .poll(() => readinessOf(system))
    .toMatchObject({
      status: 200,
      racks: { ready: true, detail: "a rack rejects the gateway's password: see the log and metrics" },
    })
  expect((await readinessOf(system)).text).not.toMatch(/staging|RACK_TOKEN/)
  const health = await call(system, token, 'GET', '/health?wait=0')
  expect((health.json as { checks: unknown[] }).checks).toContainEqual(
    expect.objectContaining({ name: 'racks', remedy: expect.stringMatching(/^Set RACK_TOKEN_STAGING to .* restart/) }),
  )
  await expect.poll(() => alarmsOf(system)).toEqual(['rack.rejects-gateway staging'])
  const logged = lines.map((line) => JSON.parse(line)).filter(({ event }) => event === 'rack.rejects_gateway')
  expect(logged).toMatchObject([{ rack: 'staging', level: 50, msg: expect.stringContaining('RACK_TOKEN_STAGING') }])

  system.rack.changePassword(system.rack.token)
  // A rack answers `/check` without a password, so this shows nothing.
  expect((await system.get('/rack/staging/check', token)).status).toBe(200)
  expect(system.app.rackContacts.of('staging').rejectedSince).not.toBeNull()
  expect((await system.get('/rack/staging/apps', token)).status).toBe(200)
  await expect.poll(() => readinessOf(system)).toMatchObject({ racks: { detail: 'no problem is known' } })
  await expect.poll(() => alarmsOf(system)).toEqual(['rack.rejects-gateway staging', 'rack.accepts-gateway staging'])
})

test('the alarm ends without a call', async () => {
  const system = await startRejected({ tuning: { rackRecheckInterval: 20 }, now: stepClock() })
  expect((await system.get('/apps?', await system.token('viewer'))).status).toBe(502)
  system.rack.changePassword(system.rack.token)
  await expect.poll(() => readinessOf(system)).toMatchObject({ racks: { detail: 'no problem is known' } })
})

/** The gateway asks a rack at most every 15 s, so this clock is faster than time. */
function stepClock(): () => number {
  const startedAt = Date.now()
  return () => startedAt + (Date.now() - startedAt) * 1_000
}

test('a 401 of the gateway itself raises no alarm', async () => {
  const system = await startSystem()
  onTestFinished(() => system.stop())
  expect((await system.get('/apps?', 'rgs_nonsense')).status).toBe(401)
  expect((await system.raw('GET /apps? HTTP/1.1\r\nHost: gateway\r\n\r\n')).status).toBe(401)
  expect(system.app.rackContacts.of('staging')).toMatchObject({ isReachable: null, rejectedSince: null, rejections: 0 })
  expect(await alarmsOf(system)).toEqual([])
})

test('a program that prints the text of a rejection raises no alarm, and its caller gets the text', async () => {
  const system = await startSystem()
  onTestFinished(() => system.stop())
  const admin = await system.token('admin')
  system.rack.failNext('GET /apps/myapp/logs', { kind: 'extra', bytes: `\x81\x1eERROR: invalid authentication\n` })
  const socket = await openWebSocket(`${system.url}/apps/myapp/logs`, admin, { Follow: 'false' })
  const [first, ...rest] = await socket.readToEnd()
  expect([first, rest.length]).toEqual(['ERROR: invalid authentication\n', expect.toSatisfy((count) => count > 0)])
  expect(system.app.rackContacts.of('staging')).toMatchObject({ rejectedSince: null, rejections: 0 })
})

test('metrics show which rack rejects the gateway or cannot be reached, also without calls', async () => {
  const port = await freePort()
  const system = await startSystem({
    rackNames: ['gone', 'rejecting', 'well'],
    metrics: { host: '127.0.0.1', port },
  })
  onTestFinished(() => system.stop())
  system.racks.rejecting?.changePassword('rotated')
  await system.racks.gone?.close()
  const read = async (name: string) => Object.fromEntries((await metricsAt(port)).samples(name))
  expect(await read('rack_gateway_rack_reachable')).toEqual({})
  await expect
    .poll(() => read('rack_gateway_rack_reachable'))
    .toEqual({ 'rack="gone"': 0, 'rack="rejecting"': 1, 'rack="well"': 1 })
  const rejecting = { 'rack="gone"': 0, 'rack="rejecting"': 1, 'rack="well"': 0 }
  expect(await read('rack_gateway_rack_rejects_gateway')).toEqual(rejecting)
  expect(await read('rack_gateway_rack_rejections_total')).toEqual(rejecting)
})
