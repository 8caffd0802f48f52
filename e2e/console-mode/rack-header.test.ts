import { openWebSocket } from '@rack-gateway/testing/websocket'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type System, startSystem } from '../support/gateway/system.ts'
import { callInConsoleMode, rackHeaders, receivedFromCallers } from './console-calls.ts'

let system: System
let admin: string
beforeAll(async () => {
  system = await startSystem({ rackNames: ['staging', 'production'] })
  admin = await system.token('admin')
})
afterAll(() => system.stop())
afterEach(() => {
  for (const rack of Object.values(system.racks)) rack.clearReceived()
})

const call = (line: string, headers: readonly string[], token = admin) =>
  callInConsoleMode(system, line, token, headers)

test.each(['staging', 'production'])('the header selects the rack %s', async (name) => {
  expect((await call('GET /apps', rackHeaders(`gateway/${name}`))).status).toBe(200)
  expect(receivedFromCallers(system)).toEqual([`${name}: GET /apps?`])
  expect(await system.lastEvent()).toMatchObject({
    kind: 'call',
    mode: 'console',
    rack: name,
    route: 'GET /apps',
    permission: 'app:list',
    status: 200,
  })
})

test.each([
  ['the same rack in the path', 'GET /rack/staging/apps', rackHeaders('gateway/staging')],
  ['without a session', 'GET /apps', ['Rack: gateway/staging']],
  ['in other letters', 'GET /apps', ['rAcK: gateway/staging', 'sEssIon: x']],
  ['between spaces, as HTTP allows', 'GET /apps', ['Rack: \t gateway/staging \t ', 'Session: ']],
])('%s reaches the rack, which sees neither header', async (_, line, headers) => {
  expect((await call(line, headers)).status).toBe(200)
  const [received] = system.racks.staging?.received ?? []
  const names = received?.rawHeaders.filter((_text, index) => index % 2 === 0).map((name) => name.toLowerCase())
  expect(names).toContain('authorization')
  expect(names?.filter((name) => /rack|session/.test(name))).toEqual([])
})

test('a call of the direct mode has no mode', async () => {
  await call('GET /rack/staging/apps', [])
  expect(await system.lastEvent()).not.toHaveProperty('mode')
})

test.each([
  ['an unknown rack', 'gateway/nowhere'],
  ['a misspelled rack', 'gateway/stagin'],
  ['another organization', 'acme/staging'],
  ['another spelling of the organization', 'Gateway/staging'],
  ['another spelling of the rack', 'gateway/Staging'],
  ['no organization', 'staging'],
  ['no rack', 'gateway/'],
  ['nothing', ''],
  ['a slash', '/'],
  ['more slashes', 'gateway//staging'],
  ['a longer path', 'gateway/staging/apps'],
  ['a parent directory', 'gateway/../staging'],
  ['an escape', 'gateway%2Fstaging'],
  ['a list', 'gateway/staging, gateway/production'],
  ['two names', 'gateway/staging gateway/production'],
  ['a name of every object', 'gateway/__proto__'],
  ['another rack’s address', 'http://127.0.0.1/'],
  ['a template', '{{gateway/staging}}'],
  ['bytes that are not ASCII', 'gateway/st\u00e4ging'],
  ['60,000 characters', `gateway/${'s'.repeat(60_000)}`],
])('%s is 404, and reaches no rack', async (_, name) => {
  const response = await call('GET /apps', [`Rack: ${name}`])
  expect([response.status, response.json]).toMatchObject([404, { code: 'RGW_UNKNOWN_RACK', rule: 'unknown-rack' }])
  expect(response.error.length).toBeLessThan(2_100)
  expect(receivedFromCallers(system)).toEqual([])
  expect(await system.lastEvent()).toMatchObject({ mode: 'console', status: 404, decision: { rule: 'unknown-rack' } })
})

test('a rack that was renamed is not found by its old name', async () => {
  expect((await call('GET /apps', rackHeaders('gateway/stage'))).error).toBe(
    'There is no rack "gateway/stage". Did you mean "gateway/staging"?',
  )
})

test.each([
  ['another rack in the path', 'GET /rack/production/apps'],
  ['an unknown rack in the path', 'GET /rack/nowhere/apps'],
])('%s is 400', async (_, line) => {
  const response = await call(line, rackHeaders('gateway/staging'))
  expect([response.status, response.error]).toEqual([
    400,
    'The header Rack names another rack than the path. Correct the header, or do not send it.',
  ])
  expect(receivedFromCallers(system)).toEqual([])
  expect(await system.lastEvent()).toMatchObject({ mode: 'console', status: 400, decision: { rule: 'rack-mismatch' } })
})

test('a rack-bound token is for its rack only, and does not disclose others', async () => {
  const token = await system.token('admin', { rack: 'staging' })
  expect((await call('GET /apps', rackHeaders('gateway/staging'), token)).status).toBe(200)
  const errors = await Promise.all(
    ['gateway/production', 'gateway/nowhere', 'acme/staging', 'staging'].map((name) =>
      call('GET /apps', rackHeaders(name), token),
    ),
  )
  expect(errors.map(({ status }) => status)).toEqual([400, 400, 400, 400])
  expect(new Set(errors.map(({ error }) => error)).size).toBe(1)
  expect(receivedFromCallers(system)).toEqual(['staging: GET /apps?'])
})

test('an unauthenticated caller does not learn which racks exist', async () => {
  const errors = await Promise.all(
    ['gateway/staging', 'gateway/nowhere'].map((name) =>
      callInConsoleMode(system, 'GET /apps', null, rackHeaders(name)),
    ),
  )
  expect(errors.map(({ status }) => status)).toEqual([401, 401])
  expect(errors[0]?.error).toBe(errors[1]?.error)
})

test.each([
  ['Rack', ['Rack: gateway/staging', 'Rack: gateway/production']],
  ['Rack with the same value', ['Rack: gateway/staging', 'Rack: gateway/staging']],
  ['Rack in other letters', ['Rack: gateway/staging', 'RACK: gateway/production']],
  ['Session', ['Rack: gateway/staging', 'Session: ', 'session: x']],
])('%s twice is 400, and reaches no rack', async (_, headers) => {
  for (const line of ['GET /apps', 'GET /racks', 'GET /auth', 'GET /rack/staging/apps']) {
    const response = await call(line, headers)
    expect([response.status, response.json]).toMatchObject([400, { rule: 'duplicate-header' }])
  }
  expect(receivedFromCallers(system)).toEqual([])
})

test('the policy is that of the direct mode', async () => {
  const viewer = await system.token('viewer')
  for (const [line, token] of [
    ['PUT /system', admin],
    ['DELETE /apps/myapp', viewer],
    ['POST /instances/keyroll', admin],
    ['GET /nosuch', admin],
  ] as const) {
    const direct = await call(line.replace(' ', ' /rack/staging'), [], token)
    const before = await system.lastEvent()
    const inConsoleMode = await call(line, rackHeaders('gateway/staging'), token)
    const event = await system.lastEvent()
    expect(inConsoleMode.status).toBe(direct.status)
    expect(inConsoleMode.json).toMatchObject({ ...(direct.json as object), requestId: expect.any(String) as string })
    expect(event).toMatchObject({ mode: 'console', rack: 'staging', decision: before.decision })
  }
  expect(receivedFromCallers(system)).toEqual([])
})

test.each(['GET /system', 'GET /apps/myapp/releases', 'GET /registries'])(
  '%s has the masks of the direct mode',
  async (line) => {
    const viewer = await system.token('ops')
    const direct = await call(line.replace(' ', ' /rack/staging'), [], viewer)
    expect(direct.status).toBe(200)
    expect((await call(line, rackHeaders('gateway/staging'), viewer)).body).toBe(direct.body)
  },
)

test('a websocket is of the rack in the header, which sees neither header', async () => {
  const [process] = await runningProcesses()
  const socket = await openWebSocket(`${system.url}/apps/myapp/processes/${process}/exec`, admin, {
    'User-Agent': 'convox.go/dev',
    Rack: 'gateway/production',
    Session: '',
    Origin: system.url,
    Command: 'echo hi',
  })
  expect([socket.status, socket.error]).toEqual([101, ''])
  socket.sendEndOfInput()
  await socket.readToEnd()
  socket.close()
  expect(receivedFromCallers(system)).toEqual([`production: GET /apps/myapp/processes/${process}/exec`])
  const names = system.racks.production?.received.at(-1)?.rawHeaders.map((text) => text.toLowerCase())
  expect(names).not.toContain('rack')
  expect(names).not.toContain('session')
  const opened = (await system.events()).find(({ kind }) => kind === 'opened')
  expect(opened).toMatchObject({ mode: 'console', rack: 'production', command: ['echo', 'hi'] })
})

test.each([
  ['an unknown rack', '', 'gateway/nowhere', 404, 'There is no rack "gateway/nowhere".'],
  [
    'another rack than the path',
    '/rack/staging',
    'gateway/production',
    400,
    'The header Rack names another rack than the path.',
  ],
])('a websocket with %s reaches no rack', async (_, prefix, rack, status, reason) => {
  const socket = await openWebSocket(`${system.url}${prefix}/apps/myapp/processes/web/exec`, admin, {
    Rack: rack,
    Session: '',
    Command: 'echo hi',
  })
  expect([socket.status, JSON.parse(socket.error)]).toMatchObject([status, { reason }])
  socket.close()
  expect(receivedFromCallers(system)).toEqual([])
  const denied = (await system.events()).findLast(({ kind }) => kind === 'call')
  expect(denied).toMatchObject({ mode: 'console', status })
})

async function runningProcesses(): Promise<string[]> {
  const { json } = await callInConsoleMode(
    system,
    'GET /apps/myapp/processes',
    admin,
    rackHeaders('gateway/production'),
  )
  for (const rack of Object.values(system.racks)) rack.clearReceived()
  return (json as { id: string }[]).map(({ id }) => id)
}
