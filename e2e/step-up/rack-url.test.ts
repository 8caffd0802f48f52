import { basicAuthorization } from '@rack-gateway/testing/authorization'
import { type RawResponse, sendRaw, writeRequest } from '@rack-gateway/testing/http'
import { openWebSocket } from '@rack-gateway/testing/websocket'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type LoginSystem, startLoginSystem } from '../support/login/login.ts'
import { createProver, type Prover } from '../support/login/second-factor.ts'
import { sessionOf } from '../support/login/session-of.ts'
import { writeStepUpPolicy } from './policy.ts'

const clock = { ahead: 0 }
let at: LoginSystem
let admin: Prover
let other: Prover
beforeAll(async () => {
  at = await startLoginSystem(
    {},
    { now: () => Date.now() + clock.ahead, policyFile: writeStepUpPolicy(), trustedProxies: ['127.0.0.0/8'] },
  )
  admin = await createProver(at, 'admin', clock)
  other = await createProver(at, 'ops', clock)
})
afterAll(() => at.stop())
afterEach(() => at.system.rack.clearReceived())

const home = '192.0.2.7'
const elsewhere = '198.51.100.9'

interface Sent {
  readonly token?: string
  readonly from?: string
  readonly body?: string
  readonly headers?: readonly string[]
}

/** A request as the stock CLI sends it with RACK_URL. */
function call(
  line: string,
  { token = admin.program.token, from = home, body = '', headers = [] }: Sent = {},
): Promise<RawResponse> {
  const lines = [
    `Host: 127.0.0.1:${at.system.port}`,
    'User-Agent: convox.go/dev',
    `Authorization: ${basicAuthorization(token)}`,
    `X-Forwarded-For: ${from}`,
    ...headers,
  ]
  return sendRaw(at.system.url, writeRequest(line, lines, body))
}

const list = 'GET /apps/myapp/builds?'
const restart = 'POST /apps/myapp/services/web/restart?'
const received = () => at.system.rack.received.map(({ method, target }) => `${method} ${target}`)
const stepUpOf = ({ json }: RawResponse) => (json as { stepUp: { id: string; page: string } }).stepUp

/** The proof in the browser. @returns the code that the page shows */
async function codeFor(refused: RawResponse): Promise<string> {
  const proved = await admin.prove(stepUpOf(refused).id)
  expect([proved.status, proved.json.proof]).toEqual([201, null])
  expect(proved.json.result).toMatch(/^[A-Z]{4}-[A-Z]{4}$/)
  return String(proved.json.result)
}

async function activated(line: string): Promise<void> {
  const code = await codeFor(await call(line))
  expect((await call(`GET /gateway-step-up/${code}?`)).json).toMatchObject({ proved: true })
}

test('the refusal names the page, whose code activates the proof with the same token', async () => {
  const refused = await call(list)
  const { id, page } = stepUpOf(refused)
  expect([refused.status, refused.headers.get('www-authenticate'), page]).toEqual([
    403,
    undefined,
    `${at.system.url}/gateway/step-up?id=${id}`,
  ])
  expect((refused.json as { error: string }).error).toContain(`Open ${page} in your browser`)
  const code = await codeFor(refused)
  expect((await call(list)).status).toBe(403)
  const response = await call(`GET /gateway-step-up/${code}?`)
  expect([response.status, response.json]).toEqual([
    200,
    { proved: true, next: expect.stringContaining('Continue as the error of the denied command says.') },
  ])
  expect((await call(list)).status).toBe(200)
  expect(received()).toEqual([list])
  expect(await at.system.lastEvent()).toMatchObject({ decision: { effect: 'allow' }, proof: { id, method: 'totp' } })
  clock.ahead += 11 * 60_000
  expect((await call(list)).status).toBe(403)
})

test('a proof for one call is used up by it', async () => {
  await activated(restart)
  expect((await call('POST /apps/myapp/services/worker/restart?')).status).toBe(403)
  const both = await Promise.all([call(restart), call(restart)])
  expect(both.map(({ status }) => status).sort()).toEqual([200, 403])
  expect(received()).toEqual([restart])
})

test('a refused call in a loop asks for one proof', async () => {
  const first = stepUpOf(await call(list))
  const again = await Promise.all([call(list), call(list), call(list)])
  expect(again.map((one) => stepUpOf(one).id)).toEqual([first.id, first.id, first.id])
  expect((await call('GET /gateway-step-up?')).json).toMatchObject({ proved: false, page: first.page })
})

test('another call gets another step-up, because the page shows the call', async () => {
  const one = stepUpOf(await call(list)).id
  const lock = { body: 'lock=true', headers: ['Content-Type: application/x-www-form-urlencoded'] }
  const third = stepUpOf(await call('PUT /apps/myapp?', lock)).id
  expect(third).not.toBe(one)
  expect((await admin.get(`/step-ups/${third}`)).json).toMatchObject({ calls: [{ route: 'PUT /apps/{app}' }] })
  expect((await admin.get(`/step-ups/${one}`)).json).toMatchObject({ calls: [{ route: 'GET /apps/{app}/builds' }] })
})

test('a form, an upload, and an import reach the rack only with the proof, and whole', async () => {
  const form = { body: 'lock=true', headers: ['Content-Type: application/x-www-form-urlencoded'] }
  const stream = { body: 'bytes', headers: ['Content-Type: application/octet-stream'] }
  const calls = [
    ['PUT /apps/myapp?', form],
    ['POST /apps/myapp/objects/tmp/0123456789abcdef0123456789abcd.tgz?', stream],
    ['POST /apps/myapp/builds/import?', stream],
  ] as const
  for (const [line, sent] of calls) expect((await call(line, sent)).status).toBe(403)
  expect(received()).toEqual([])
  await activated(list)
  for (const [line, sent] of calls) expect((await call(line, sent)).status).toBe(200)
  expect(at.system.rack.received.map(({ body }) => body.bytes.toString())).toEqual(['lock=true', 'bytes', 'bytes'])
  await call('PUT /apps/myapp?', { ...form, body: 'lock=false' })
  clock.ahead += 11 * 60_000
})

test('a websocket says in the stream what to open', async () => {
  const socket = await openWebSocket(`${at.system.url}/apps/myapp/processes/web/exec`, admin.program.token, {
    command: 'bin/pre_release',
  })
  const text = (await socket.readToEnd()).join('')
  expect(text).toMatch(/^ERROR: .*Open http:\/\/127\.0\.0\.1:\d+\/gateway\/step-up\?id=[0-9a-f-]{36} in your browser/)
  const [, id] = /step-up\?id=([0-9a-f-]{36})/.exec(text) ?? []
  // The process of a repeated command has a new ID, so the proof is bound to the service.
  expect((await admin.get(`/step-ups/${id}`)).json).toMatchObject({
    calls: [
      {
        command: ['bin/pre_release'],
        parameters: [
          { name: 'service', value: 'web' },
          { name: 'pid', value: null },
        ],
      },
    ],
  })
})

test('a denied promotion names the command for it, because a deploy has built already', async () => {
  const type = ['Content-Type: application/x-www-form-urlencoded']
  for (const [body, words] of [
    ['force=false', 'releases promote RABCDEFGHI -a myapp'],
    ['force=true', 'releases promote RABCDEFGHI --force -a myapp'],
  ] as const) {
    const refused = await call('POST /apps/myapp/releases/RABCDEFGHI/promote?', { body, headers: type })
    expect((refused.json as { next: string }).next).toMatch(new RegExp(`/CODE\\. Then run: convox ${words}\\.$`))
  }
  expect(received()).toEqual([])
})

test('a denied import names the command for it, because "apps import" has created the app', async () => {
  const data = { body: 'data', headers: ['Content-Type: application/octet-stream'] }
  const refused = await call('PUT /apps/myapp/resources/database/data?', data)
  expect((refused.json as { next: string }).next).toContain(
    'Then run: convox resources import database -f FILE -a myapp. Do not repeat "convox apps import"',
  )
  expect(received()).toEqual([])
})

test('a proxy is refused at its handshake, because a program reads its stream', async () => {
  const path = '/proxy/resource-database.staging-myapp.svc.cluster.local/5432'
  const socket = await openWebSocket(`${at.system.url}${path}`, admin.program.token, { 'x-forwarded-for': home })
  expect(socket.status).toBe(403)
  expect(await at.system.lastEvent()).toMatchObject({ decision: { effect: 'require' } })
})

test('the request before each WebSocket asks for no proof', async () => {
  await openWebSocket(`${at.system.url}/apps/myapp/logs`, admin.program.token, { 'x-forwarded-for': home })
  for (const line of ['GET /machines?', 'GET /racks?']) {
    const { status, headers } = await call(line)
    expect([status, headers.get('www-authenticate')]).toEqual([404, undefined])
  }
})

describe('a thief with the token', () => {
  const thief = (line: string, sent: Sent = {}) => call(line, { from: elsewhere, ...sent })

  test('gets no access when the victim proves and activates', async () => {
    await activated(list)
    expect((await call(list)).status).toBe(200)
    expect((await thief(list)).status).toBe(403)
    expect((await thief(list, { headers: ['Step-Up: x'] })).status).toBe(403)
    expect(received()).toEqual([list])
  })

  test('gets no shell when the victim proves for one', async () => {
    clock.ahead += 11 * 60_000
    const exec = async (from: string) => {
      const socket = await openWebSocket(`${at.system.url}/apps/myapp/processes/web/exec`, admin.program.token, {
        command: 'bin/pre_release',
        'x-forwarded-for': from,
      })
      return (await socket.readToEnd()).join('')
    }
    const opened = async (from: string) => /\/gateway\/step-up\?id=(\S+) in your browser/.exec(await exec(from))
    const [, id = ''] = (await opened(home)) ?? []
    const { json } = await admin.prove(id)
    expect((await call(`GET /gateway-step-up/${json.result}?`)).status).toBe(200)
    expect(await opened(elsewhere)).not.toBeNull()
    expect(received().filter((line) => line.includes('/exec'))).toEqual([])
    expect(await opened(home)).toBeNull()
    expect(received().filter((line) => line.includes('/exec'))).toHaveLength(1)
  })

  test('never sees the code of a request of their own that the victim proves', async () => {
    const refused = await thief(list)
    const page = await admin.get(`/step-ups/${stepUpOf(refused).id}`)
    expect(page.json).toMatchObject({
      address: elsewhere,
      client: 'convox.go/dev',
      device: 'laptop',
      ownRequest: false,
    })
    await codeFor(refused)
    for (const code of ['AAAA-AAAA', 'x', stepUpOf(refused).id])
      expect((await thief(`GET /gateway-step-up/${code}?`)).status).not.toBe(200)
    expect((await thief(list)).status).toBe(403)
  })

  test('gets no access from a code that the victim types: only the address that asked can activate it', async () => {
    clock.ahead += 11 * 60_000
    const code = await codeFor(await thief(list))
    expect((await call(`GET /gateway-step-up/${code}?`)).status).toBe(403)
    expect((await thief(list)).status).toBe(403)
  })

  test('neither uses up a code nor learns that it is correct with another session, address, or user', async () => {
    clock.ahead += 11 * 60_000
    const another = await sessionOf(at.system, await subject(), Date.now() + clock.ahead)
    const code = await codeFor(await call(restart))
    for (const sent of [{ token: another.token }, { from: elsewhere }, { token: other.program.token }]) {
      const seen = await call(`GET /gateway-step-up/${code}?`, sent)
      const wrong = await call('GET /gateway-step-up/BBBB-BBBB?', sent)
      expect([seen.status, seen.json]).toEqual([403, expect.objectContaining({ code: 'RGW_STEP_UP_MISMATCH' })])
      expect({ ...(seen.json as object), requestId: '' }).toEqual({ ...(wrong.json as object), requestId: '' })
      expect((await call(restart, sent)).status).not.toBe(200)
    }
    expect(received()).toEqual([])
    expect(JSON.stringify(await at.system.events())).not.toContain(code)
    expect((await call(`GET /gateway-step-up/${code}?`)).status).toBe(200)
    expect((await call(restart, { from: elsewhere })).status).toBe(403)
    expect((await call(restart)).status).toBe(200)
    expect(received()).toEqual([restart])
  })

  test('cannot activate a code twice or late', async () => {
    clock.ahead += 11 * 60_000
    const code = await codeFor(await call(restart))
    expect((await call(`GET /gateway-step-up/${code}?`)).status).toBe(200)
    expect((await call(`GET /gateway-step-up/${code}?`)).status).toBe(409)
    const late = await codeFor(await call(list))
    clock.ahead += 5 * 60_000
    expect((await call(`GET /gateway-step-up/${late}?`)).status).toBe(409)
    expect(received()).toEqual([])
  })

  async function subject(): Promise<string> {
    const [row] = await at.system.sql`select subject from gateway.users where email = 'admin@example.com'`
    return String(row?.subject)
  }
})

test.each(['192.0.2.7:40001', 'unknown', 'x'])('an unreadable address asks for no proof: %s', async (from) => {
  clock.ahead += 11 * 60_000
  const before = await storedStepUps()
  const refused = await call(list, { from })
  const { error } = refused.json as { error: string }
  expect([refused.status, refused.json]).toEqual([403, expect.objectContaining({ code: 'RGW_STEP_UP_NEEDED' })])
  expect(error).toContain('The gateway does not know your address, so a proof cannot be bound to it. Use rack-gateway')
  expect(error).not.toContain('/gateway')
  expect(stepUpOf(refused)).toBeUndefined()
  expect(await at.system.lastEvent()).toMatchObject({
    decision: { effect: 'require', rule: 'step-up:rule recent-proof' },
  })
  const fromProgram = await call(list, { from, headers: ['Step-Up: no-secret'] })
  expect((fromProgram.json as { error: string }).error).toContain('Repeat the request with rack-gateway')
  const token = await at.system.token('admin', { email: 'plain@example.com' })
  const withoutFactor = await call(list, { from, token })
  expect((withoutFactor.json as { error: string }).error).toContain('The gateway does not know your address')
  expect((withoutFactor.json as { error: string }).error).not.toContain('no second factor')
  expect((await call('GET /gateway-step-up?', { from })).json).toMatchObject({ rule: 'unknown-address' })
  expect(await storedStepUps()).toBe(before)
  const code = await codeFor(await call(list))
  expect((await call(`GET /gateway-step-up/${code}?`, { from })).json).toMatchObject({ rule: 'unknown-address' })
  expect((await call(`GET /gateway-step-up/${code}?`)).status).toBe(200)
  expect((await call(list, { from })).status).toBe(403)
})

async function storedStepUps(): Promise<number> {
  const [row] = await at.system.sql`select count(*)::int as count from gateway.step_ups`
  return Number(row?.count)
}

test('a body of the result is short', async () => {
  clock.ahead += 11 * 60_000
  const { id } = stepUpOf(await call(list))
  const large = await call(`POST /gateway-step-up/${id}?`, { body: 'x'.repeat(257) })
  expect([large.status, large.json]).toEqual([413, expect.objectContaining({ rule: 'form-size' })])
})

test('a session has a limit of requests about step-ups', async () => {
  clock.ahead += 11 * 60_000
  const own = await sessionOf(at.system, 'admin', Date.now() + clock.ahead)
  const responses = await Promise.all(
    Array.from({ length: 70 }, () => call('GET /gateway-step-up/AAAA-AAAA?', { token: own.token })),
  )
  expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([403, 429]))
})

test('another user cannot see or prove a step-up', async () => {
  const { id } = stepUpOf(await call(list))
  expect((await other.get(`/step-ups/${id}`)).status).toBe(404)
  expect((await other.prove(id)).status).toBe(404)
})
