import { basicAuthorization } from '@rack-gateway/testing/authorization'
import { type RawResponse, sendRaw, writeRequest } from '@rack-gateway/testing/http'
import { openWebSocket } from '@rack-gateway/testing/websocket'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type LoginSystem, startLoginSystem } from '../support/login/login.ts'
import { createProver, type Prover } from '../support/login/second-factor.ts'
import { sessionOf } from '../support/login/session-of.ts'
import { writeStepUpPolicy } from './policy.ts'

const clock = { ahead: 0 }
let at: LoginSystem
let admin: Prover
beforeAll(async () => {
  at = await startLoginSystem(
    {},
    { now: () => Date.now() + clock.ahead, policyFile: writeStepUpPolicy(), log: (line) => console.log(line) },
  )
  admin = await createProver(at, 'admin', clock)
})
afterAll(() => at.stop())
afterEach(() => at.system.rack.clearReceived())

const repeatCommand = 'repeat the command'
const importCommand = (words: string, file: string) =>
  `run: convox ${words} -f FILE -a myapp -r gateway/staging. Do not repeat "convox apps import": FILE is ${file} in its archive. For the rest of the import, see docs/how-to/plain-convox.md`

interface Sent {
  readonly session?: string
  readonly token?: string
  readonly body?: string
  readonly type?: string
  readonly headers?: readonly string[]
}

/** A request as the stock CLI sends it in console mode. */
function call(line: string, sent: Sent = {}): Promise<RawResponse> {
  const { session = '', token = admin.program.token, body = '', headers = [] } = sent
  const type = sent.type ?? (body === '' ? 'application/octet-stream' : 'application/x-www-form-urlencoded')
  const lines = [
    `Host: 127.0.0.1:${at.system.port}`,
    'User-Agent: convox.go/dev',
    `Authorization: ${basicAuthorization(token)}`,
    'Rack: gateway/staging',
    `Session: ${session}`,
    `Content-Type: ${type}`,
    ...headers,
  ]
  return sendRaw(at.system.url, writeRequest(line, lines, body))
}

const list = 'GET /apps/myapp/builds?'
const restart = 'POST /apps/myapp/services/web/restart?'
const received = () => at.system.rack.received.map(({ method, target }) => `${method} ${target}`)
const pathOf = ({ headers }: RawResponse) => {
  const [, path = ''] =
    /^Session path="(\/gateway-step-up\/[0-9a-f-]{36})" token="true"$/.exec(String(headers.get('www-authenticate'))) ??
    []
  return path
}
const idOf = (path: string) => path.split('/').at(-1) ?? ''

/** What the stock CLI and the browser do after a challenge. @returns what `POST` of the path answered */
async function respondToChallenge(path: string, prover = admin, { session = '', token = prover.program.token } = {}) {
  const begun = await call(`GET ${path}?`, { token, session })
  const challenge = String(begun.headers.get('challenge'))
  expect([begun.status, begun.body]).toEqual([200, idOf(path)])
  const proved = await prover.prove(begun.body)
  expect([proved.status, proved.json.proof]).toEqual([201, null])
  return call(`POST ${path}?`, {
    token,
    session,
    body: String(proved.json.result),
    type: 'application/octet-stream',
    headers: [`Challenge: ${challenge}`],
  })
}

async function provedSession(line: string, sent: Sent = {}): Promise<string> {
  const response = await respondToChallenge(pathOf(await call(line, sent)))
  return String((response.json as { id: string }).id)
}

describe('a call that needs a proof', () => {
  test('is answered with the challenge of the stock CLI, and is repeated with the proof', async () => {
    const refused = await call(list)
    expect([refused.status, refused.json]).toEqual([401, expect.objectContaining({ code: 'RGW_STEP_UP_NEEDED' })])
    expect(received()).toEqual([])
    expect(await at.system.lastEvent()).toMatchObject({
      route: 'GET /apps/{app}/builds',
      status: 401,
      decision: {
        effect: 'require',
        rule: 'step-up:rule recent-proof',
        source: expect.stringMatching(/^policy\.yaml:\d+$/),
      },
    })
    const { status, json } = await respondToChallenge(pathOf(refused))
    expect([status, json]).toEqual([200, { id: expect.stringMatching(/^rgp_\w{43}$/) }])
    const session = String((json as { id: string }).id)
    expect((await call(list, { session })).status).toBe(200)
    expect(received()).toEqual([list])
    expect(await at.system.lastEvent()).toMatchObject({
      decision: { effect: 'allow' },
      proof: { id: idOf(pathOf(refused)), method: 'totp', at: expect.stringMatching(/Z$/) },
    })
    expect(JSON.stringify(await at.system.events())).not.toContain(session)
    expect(at.system.rack.received.flatMap(({ rawHeaders }) => rawHeaders).join()).not.toContain(session)
  })

  test('a form reaches the rack whole after the proof', async () => {
    const session = await provedSession('PUT /apps/myapp?', { body: 'lock=true' })
    expect(received()).toEqual([])
    expect((await call('PUT /apps/myapp?', { session, body: 'lock=true' })).status).toBe(200)
    expect(at.system.rack.received.map(({ body }) => body.bytes.toString())).toEqual(['lock=true'])
    await call('PUT /apps/myapp?', { session, body: 'lock=false' })
  })

  test('the proof counts for later calls until it is too old, and is not renewed by them', async () => {
    const session = await provedSession(list)
    clock.ahead += 9 * 60_000
    expect((await call(list, { session })).status).toBe(200)
    clock.ahead += 2 * 60_000
    const later = await call(list, { session })
    expect([later.status, pathOf(later)]).toEqual([401, expect.stringMatching(/^\/gateway-step-up/)])
  })

  test.each([
    ['an upload', 'POST /apps/myapp/objects/tmp/0123456789abcdef0123456789abcd.tgz?', 'sources', repeatCommand],
    ['an import from stdin', 'POST /apps/myapp/builds/import?', 'a build', importCommand('builds import', 'build.tgz')],
  ])('%s is not repeated by the CLI, so it names the command', async (_, line, body, next) => {
    const refused = await call(line, { body, type: 'application/octet-stream' })
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([403, undefined])
    expect(refused.json).toMatchObject({ next: `Run: convox api get /gateway-step-up, then ${next}.` })
    expect(received()).toEqual([])
    const asked = await call('GET /gateway-step-up?')
    expect(asked.status).toBe(401)
    const { json } = await respondToChallenge(pathOf(asked))
    const session = String((json as { id: string }).id)
    expect((await call('GET /gateway-step-up?', { session })).json).toMatchObject({ proved: true })
    expect((await call(line, { session, body, type: 'application/octet-stream' })).status).toBe(200)
    expect(at.system.rack.received.map((one) => one.body.bytes.toString())).toContain(body)
  })

  test('a proxy is refused at its handshake, because a program reads its stream', async () => {
    const socket = await openWebSocket(
      `${at.system.url}/proxy/resource-database.staging-myapp.svc.cluster.local/5432`,
      admin.program.token,
      {
        rack: 'gateway/staging',
        session: '',
      },
    )
    expect(socket.status).toBe(403)
    expect(await at.system.lastEvent()).toMatchObject({ decision: { effect: 'require' } })
  })

  test('a command says in its stream that the repeated command asks for the proof', async () => {
    const socket = await openWebSocket(`${at.system.url}/apps/myapp/processes/web/exec`, admin.program.token, {
      command: 'bin/pre_release',
      rack: 'gateway/staging',
      session: '',
    })
    const text = (await socket.readToEnd()).join('')
    expect(text).toContain('Repeat the command. Then convox asks for the proof.')
    expect(received().filter((line) => line.includes('exec'))).toEqual([])
  })

  describe('the request before each WebSocket', () => {
    const open = (path: string, session = '') =>
      openWebSocket(`${at.system.url}${path}`, admin.program.token, { rack: 'gateway/staging', session })
    const logs = '/apps/myapp/logs'
    const proxy = '/proxy/resource-database.staging-myapp.svc.cluster.local/5432'
    // No earlier denial or proof counts.
    beforeEach(() => {
      clock.ahead += 11 * 60_000
    })

    test.each(['GET /machines?', 'GET /racks?'])('asks for the proof of the denied log: %s', async (probe) => {
      expect((await call(probe)).status).toBe(404)
      expect((await open(logs)).status).toBe(403)
      const asked = await call(probe)
      expect(asked.status).toBe(401)
      const page = await admin.get(`/step-ups/${idOf(pathOf(asked))}`)
      expect(page.json).toMatchObject({ calls: [{ route: 'WS /apps/{app}/logs', app: 'myapp' }] })
      const session = String(((await respondToChallenge(pathOf(asked))).json as { id: string }).id)
      expect((await call(probe, { session })).status).toBe(404)
      const socket = await open(logs, session)
      expect(socket.status).toBe(101)
      socket.close()
    })

    test('does not ask in another session, later, or for another kind of call', async () => {
      expect((await call(restart)).status).toBe(401)
      expect((await open(proxy)).status).toBe(403)
      expect((await call('GET /machines?')).status).toBe(404)
      expect((await open(logs)).status).toBe(403)
      const [row] = await at.system.sql`select subject from gateway.users where email = 'admin@example.com'`
      const other = await sessionOf(at.system, String(row?.subject), Date.now() + clock.ahead)
      expect((await call('GET /machines?', { token: other.token })).status).toBe(404)
      clock.ahead += 61_000
      expect((await call('GET /machines?')).status).toBe(404)
    })

    test('needs a valid credential', async () => {
      expect((await call('GET /machines?', { token: 'rgs_made-up' })).status).toBe(401)
    })
  })

  test('names the missing second factor of a user without one, whose other calls continue', async () => {
    const token = await at.system.token('admin', { email: 'plain@example.com' })
    expect((await call('GET /apps?', { token })).status).toBe(200)
    const refused = await call(list, { token })
    expect([refused.status, pathOf(refused)]).toEqual([401, expect.stringMatching(/^\/gateway-step-up/)])
    const missing = 'You have no second factor yet. Add one in the browser, when it asks for the proof.'
    expect(refused.json).toMatchObject({ next: `${missing} Prove your second factor in the browser.` })
    const upload = { token, body: 'sources', type: 'application/octet-stream' }
    expect((await call('POST /apps/myapp/builds/import?', upload)).json).toMatchObject({
      next: `${missing} Run: convox api get /gateway-step-up, then ${importCommand('builds import', 'build.tgz')}.`,
    })
    expect(received()).toEqual(['GET /apps?'])
  })
})

describe('a proof for one call', () => {
  test('is for the refused call alone, once, of two at the same time', async () => {
    const session = await provedSession(restart)
    expect((await call('POST /apps/myapp/services/worker/restart?', { session })).status).toBe(403)
    const both = await Promise.all([call(restart, { session }), call(restart, { session })])
    expect(both.map(({ status }) => status).sort()).toEqual([200, 401])
    expect((await call(restart, { session })).status).toBe(401)
    expect(received()).toEqual([restart])
  })

  test('does not count as a recent one, but the recent one before still does', async () => {
    const recent = await provedSession(list)
    const response = await respondToChallenge(pathOf(await call(restart, { session: recent })), admin, {
      session: recent,
    })
    const session = String((response.json as { id: string }).id)
    expect((await call(restart, { session })).status).toBe(200)
    expect((await call(list, { session })).status).toBe(200)
    expect((await call(list, { session: recent })).status).toBe(401)
    const only = await provedSession(restart)
    expect((await call(list, { session: only })).status).toBe(401)
  })

  test('is not for other headers', async () => {
    const run = (cpu: string, session = '') =>
      call('POST /apps/myapp/services/command/processes?', {
        headers: ['Command: bin/pre_release', `Cpu: ${cpu}`],
        session,
      })
    const { json } = await respondToChallenge(pathOf(await run('100')))
    const session = String((json as { id: string }).id)
    expect((await run('64000', session)).status).toBe(403)
    expect(received().filter((line) => line.includes('services'))).toEqual([])
    expect((await run('100', session)).status).toBe(200)
  })

  test('needs a passkey unless the policy says otherwise', async () => {
    const path = pathOf(await call('DELETE /apps/myapp?'))
    expect(await admin.prove(idOf(path))).toMatchObject({ status: 403, json: { rule: 'passkey-only' } })
    expect(received()).toEqual([])
  })

  test('is for one import, which the user repeats and which arrives whole', async () => {
    const load = (resource: string, session = '') =>
      call(`PUT /apps/myapp/resources/${resource}/data?`, { session, body: 'data', type: 'application/octet-stream' })
    expect((await load('database')).json).toMatchObject({
      next: `Run: convox api get /gateway-step-up, then ${importCommand('resources import database', 'resources/database.tgz')}.`,
    })
    const session = await provedSession('GET /gateway-step-up?')
    expect((await load('other', session)).status).toBe(403)
    expect((await load('database', session)).status).toBe(200)
    expect((await load('database', session)).status).toBe(403)
    expect(at.system.rack.received.map(({ body }) => body.bytes.toString())).toEqual(['data'])
  })

  test('the repetition that differs gets no second challenge', async () => {
    const session = await provedSession(restart)
    const other = await call('POST /apps/myapp/services/worker/restart?', { session })
    expect([other.status, other.headers.get('www-authenticate')]).toEqual([403, undefined])
  })
})

describe('a thief with the token', () => {
  const thief = (line: string, sent: Sent = {}) => call(line, { ...sent, token: admin.program.token })

  test('gets no access when the victim proves', async () => {
    await provedSession(list)
    for (const session of ['', 'rgp_0000000000000000000000000000000000000000000'])
      expect((await thief(list, { session })).status).toBe(401)
    expect(received()).toEqual([])
  })

  test('gets no access from a proof that the victim makes for the request of the thief', async () => {
    const path = pathOf(await thief(list))
    const begun = await thief(`GET ${path}?`)
    const proved = await admin.prove(idOf(path))
    expect(proved.json.proof).toBe(null)
    for (const body of ['', 'guess', String(proved.json.provedAt), idOf(path)]) {
      const redeemed = await thief(`POST ${path}?`, {
        body,
        type: 'application/octet-stream',
        headers: [`Challenge: ${begun.headers.get('challenge')}`],
      })
      expect(redeemed.status).toBe(403)
    }
    expect(received()).toEqual([])
  })

  test.each(['processes/web/exec', 'logs'])('gets no stream when the victim proves for one: %s', async (path) => {
    clock.ahead += 11 * 60_000
    const open = async (session: string) => {
      const socket = await openWebSocket(`${at.system.url}/apps/myapp/${path}`, admin.program.token, {
        command: 'bin/pre_release',
        follow: 'false',
        rack: 'gateway/staging',
        session,
      })
      return socket.status === 101 ? (await socket.readToEnd()).join('') : socket.error
    }
    const refusal = 'Repeat the command. Then convox asks for the proof.'
    const streams = () => received().filter((line) => line.includes(path))
    expect(await open('')).toContain(refusal)
    const session = await provedSession('GET /gateway-step-up?')
    for (const guess of ['', 'rgp_0000000000000000000000000000000000000000000'])
      expect(await open(guess)).toContain(refusal)
    expect(streams()).toEqual([])
    expect(await open(session)).not.toContain(refusal)
    expect(streams()).toHaveLength(1)
    expect((await at.system.events()).findLast(({ route }) => route?.startsWith('WS '))).toMatchObject({
      decision: { effect: 'allow' },
      proof: { method: 'totp' },
    })
  })

  test('cannot use the secret with another session, or the result with another challenge or session', async () => {
    const session = await provedSession(list)
    const [row] = await at.system.sql`select subject from gateway.users where email = 'admin@example.com'`
    const other = await sessionOf(at.system, String(row?.subject), Date.now() + clock.ahead)
    expect((await call(list, { session, token: other.token })).status).toBe(401)

    const path = pathOf(await call(list))
    const { headers } = await call(`GET ${path}?`)
    const foreign = await call(`GET ${path}?`, { token: other.token })
    expect([foreign.status, foreign.headers.get('challenge')]).toEqual([403, undefined])
    const { json } = await admin.prove(idOf(path))
    const redeem = (token: string, challenge: string) =>
      call(`POST ${path}?`, {
        token,
        body: String(json.result),
        type: 'application/octet-stream',
        headers: [`Challenge: ${challenge}`],
      })
    expect((await redeem(other.token, String(headers.get('challenge')))).status).toBe(403)
    expect((await redeem(admin.program.token, 'another')).status).toBe(403)
    expect((await redeem(admin.program.token, String(headers.get('challenge')))).status).toBe(200)
    expect((await redeem(admin.program.token, String(headers.get('challenge')))).status).toBe(409)
  })
})

test('a program that gets "This was not me" from the page ends its own request, and no other request', async () => {
  const other = await sessionOf(at.system, 'admin', Date.now() + clock.ahead)
  const path = pathOf(await call(restart))
  const challenge = String((await call(`GET ${path}?`)).headers.get('challenge'))
  const deny = (token: string) =>
    call(`POST ${path}?`, {
      token,
      body: 'this-was-not-me',
      type: 'application/octet-stream',
      headers: [`Challenge: ${challenge}`],
    })
  expect((await deny(other.token)).json).toMatchObject({ code: 'RGW_STEP_UP_MISMATCH' })
  const denied = await deny(admin.program.token)
  expect([denied.status, denied.json]).toEqual([
    403,
    expect.objectContaining({
      code: 'RGW_STEP_UP_DENIED',
      error: expect.stringContaining('was answered with "This was not me", so nothing was confirmed.'),
    }),
  ])
  expect((await admin.prove(idOf(path))).status).toBe(404)
  expect(received()).toEqual([])
})

test('the page of the CLI leads to the page of the gateway, and to this machine only', async () => {
  const path = pathOf(await call(list))
  const token = Buffer.from(idOf(path)).toString('base64')
  const visit = (query: string) =>
    sendRaw(at.system.url, writeRequest(`GET /login/u2f?${query}`, [`Host: 127.0.0.1:${at.system.port}`]))
  const good = await visit(new URLSearchParams({ callback_url: 'http://localhost:45031', token }).toString())
  expect([good.status, good.headers.get('location')]).toEqual([
    303,
    `${at.system.url}/gateway/step-up?${new URLSearchParams({ id: idOf(path), callback: 'http://localhost:45031' })}`,
  ])
  for (const callback of [
    'http://evil.example:45031',
    'https://localhost:45031',
    'http://localhost:45031@evil.example',
    'http://localhost.evil.example:45031',
    'http://127.0.0.2:45031',
    'http://localhost',
    'http://localhost:45031/x',
    'javascript:alert(1)',
    '',
  ])
    expect((await visit(new URLSearchParams({ callback_url: callback, token }).toString())).status).toBe(400)
  for (const bad of ['', 'x', Buffer.from('not an id').toString('base64')])
    expect(
      (await visit(new URLSearchParams({ callback_url: 'http://localhost:1', token: bad }).toString())).status,
    ).toBe(400)
})

test('API tokens have no second factor', async () => {
  const { token } = (await admin.post('/tokens', { name: 'nightly', role: 'admin' }, { 'step-up': await ownProof() }))
    .json
  expect((await call(list, { token: String(token) })).json).toMatchObject({ rule: 'step-up:rule recent-proof' })
  expect((await call('GET /gateway-step-up?', { token: String(token) })).json).toMatchObject({ rule: 'people-only' })
  expect(received()).toEqual([])
})

async function ownProof(): Promise<string> {
  const { json } = await admin.post('/tokens', { name: 'nightly', role: 'admin' })
  if (json.stepUp === undefined) throw new Error(JSON.stringify(json))
  const { id } = json.stepUp as { id: string }
  return String((await admin.prove(id)).json.proof)
}
