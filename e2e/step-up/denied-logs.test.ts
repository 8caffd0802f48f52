import { basicAuthorization } from '@rack-gateway/testing/authorization'
import { type RawResponse, sendRaw, writeRequest } from '@rack-gateway/testing/http'
import { openWebSocket } from '@rack-gateway/testing/websocket'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startTlsFront } from '../support/callers/connection.ts'
import { createMachine, type Machine } from '../support/convox/machine.ts'
import { type LoginSystem, startLoginSystem } from '../support/login/login.ts'
import { createProver, type Prover } from '../support/login/second-factor.ts'
import { sessionOf } from '../support/login/session-of.ts'
import { writeStepUpPolicy } from './policy.ts'

const convox = process.env.CONVOX_BIN ?? null
/** Only logs need a proof, so that other calls of a command are allowed without one. */
const policy = `version: 1
stepUp:
  rules:
    logs:
      permissions: [log:read, rack:log-read]
      require: { always: any }
`

let at: LoginSystem
let admin: Prover
let subject: string
beforeAll(async () => {
  at = await startLoginSystem({}, { policyFile: writeStepUpPolicy(policy) })
  admin = await createProver(at, 'admin', { ahead: 0 })
  const [row] = await at.system.sql`select subject from gateway.users where email = 'admin@example.com'`
  subject = String(row?.subject)
})
afterAll(() => at.stop())
afterEach(() => at.system.rack.clearReceived())

const modes = [
  ['in console mode', { rack: 'gateway/staging', session: '' }],
  ['with RACK_URL', {}],
] as const
type Mode = (typeof modes)[number][1]

/** A log of the stock CLI while it waits for a change. */
const followed = { prefix: 'true', since: '5s' }

const open = (path: string, headers: Record<string, string>, token = admin.program.token) =>
  openWebSocket(`${at.system.url}${path}`, token, headers)

function send(line: string, body: string): Promise<RawResponse> {
  const lines = [
    `Host: 127.0.0.1:${at.system.port}`,
    `Authorization: ${basicAuthorization(admin.program.token)}`,
    'Content-Type: application/x-www-form-urlencoded',
  ]
  return sendRaw(at.system.url, writeRequest(line, lines, body))
}

async function logEvents() {
  return (await at.system.events()).filter(({ route }) => route?.startsWith('WS ') && route.endsWith('/logs'))
}

describe.each(modes)('%s', (_, mode: Mode) => {
  const remedy = (words: string, rack = 'rack' in mode ? ` -r ${mode.rack}` : '') =>
    'rack' in mode
      ? `Run: convox api get /gateway-step-up, then run: convox ${words}${rack}\\.`
      : `Open http\\S+/gateway/step-up\\?id=\\S+ in your browser, and run the command that it shows: convox api get /gateway-step-up/CODE\\. Then run: convox ${words}\\.`

  test.each([
    ['logs', '/apps/myapp/logs', { prefix: 'true', since: '2m0s' }],
    ['logs --no-follow --since 5s', '/apps/myapp/logs', { ...followed, follow: 'false' }],
    ['logs --since 5s --filter x', '/apps/myapp/logs', { ...followed, filter: 'x' }],
    ['logs --service web', '/apps/myapp/services/web/logs', followed],
    ['rack logs', '/system/logs', { prefix: 'true', since: '2m0s' }],
  ])('convox %s is denied at the handshake, with one event', async (_line, path, headers) => {
    const before = (await logEvents()).length
    const socket = await open(path, { ...headers, ...mode })
    expect([socket.status, JSON.parse(socket.error)]).toEqual([
      403,
      expect.objectContaining({ code: 'RGW_STEP_UP_NEEDED' }),
    ])
    expect((await logEvents()).slice(before)).toMatchObject([{ status: 403, decision: { effect: 'require' } }])
    expect(at.system.rack.received).toEqual([])
  })

  test('the log of a finished build is denied at the handshake', async () => {
    const id = await buildWith('complete')
    expect((await open(`/apps/myapp/builds/${id}/logs`, mode)).status).toBe(403)
  })

  test.each(['created', 'running'])(
    'the log of a build with the status %s says that the build continues',
    async (status) => {
      const id = await buildWith(status)
      const before = (await logEvents()).length
      const socket = await open(`/apps/myapp/builds/${id}/logs`, mode)
      const lines = await socket.readToEnd()
      expect(lines).toEqual([
        expect.stringMatching(
          new RegExp(
            `^\\S+Z system/rack-gateway The build continues without its log\\. Do not repeat the command\\. By the step-up rule logs, log:read needs .* ${remedy(`builds logs ${id} -a myapp`)} \\(rule step-up:rule logs\\)\\n$`,
          ),
        ),
      ])
      expect((await logEvents()).slice(before)).toMatchObject([{ status: 403, decision: { effect: 'require' } }])
      expect(at.system.rack.received.filter(({ target }) => target.endsWith('/logs'))).toEqual([])
    },
  )

  test.each([
    ['/apps/myapp/logs', 'logs -a myapp'],
    ['/system/logs', 'rack logs'],
  ])('%s during a change says once that the command continues, and stays open', async (path, words) => {
    const session = await sessionOf(at.system, subject)
    const before = (await logEvents()).length
    const socket = await open(path, { ...followed, ...mode }, session.token)
    expect(socket.status).toBe(101)
    await at.system.issuer.endSession(session.id, 'left the company')
    await socket.closed()
    expect(await socket.readToEnd()).toEqual([
      expect.stringMatching(
        new RegExp(
          `^\\S+Z system/rack-gateway The command continues without the log\\. By the step-up rule logs, \\S*log\\S* needs .* ${remedy(words)} \\(rule step-up:rule logs\\)\\n$`,
        ),
      ),
    ])
    expect((await logEvents()).slice(before)).toHaveLength(1)
  })
})

test('a log without the permission says during a change whom to ask', async () => {
  const socket = await open('/system/logs', followed, await at.system.token('viewer', { email: 'viewer@example.com' }))
  expect(socket.status).toBe(101)
  socket.close()
  expect((await logEvents()).at(-1)).toMatchObject({ decision: { rule: 'no-permission' } })
})

test('a gateway that stops closes a log that stays open', async () => {
  const replica = await at.system.replica()
  const socket = await openWebSocket(`${replica.url}/apps/myapp/logs`, admin.program.token, followed)
  expect(socket.status).toBe(101)
  await replica.stop()
  await socket.closed()
})

describe.skipIf(convox === null)('the native convox (runs when CONVOX_BIN names it)', () => {
  let front: Awaited<ReturnType<typeof startTlsFront>>
  let machine: Machine
  let token: string
  beforeAll(async () => {
    front = await startTlsFront(at.system.url)
  })
  beforeEach(async () => {
    machine = createMachine(convox)
    // A WebSocket that another test left denied would make convox ask for its proof.
    token = (await sessionOf(at.system, subject)).token
    for (const line of [`login ${new URL(front.url).host} -t ${token}`, 'switch staging'])
      expect(await machine.sh(`convox ${line}`)).toMatchObject({ code: 0 })
  })
  afterEach(() => machine.remove())
  afterAll(() => front.stop())

  const environments = [
    ['in console mode', () => ({})],
    ['with RACK_URL', () => ({ RACK_URL: `https://convox:${token}@${new URL(front.url).host}/rack/staging` })],
  ] as const

  describe.each(environments)('%s', (_, environment) => {
    const run = (line: string) => machine.sh(`convox ${line}`, { env: environment() })
    const count = (text: string, part: string) => text.split(part).length - 1

    test.each(['build', 'deploy'])('%s succeeds, and says once where the log of the build is', async (line) => {
      const ended = await run(`${line} -a myapp`)
      expect([ended.code, ended.stderr]).toEqual([0, ''])
      const [, id = ''] = /convox builds logs (\w+) -a myapp/.exec(ended.stdout) ?? []
      expect(id).not.toBe('')
      expect(count(ended.stdout, 'The build continues without its log. Do not repeat the command.')).toBe(1)
      const logs = await run(`builds logs ${id} -a myapp`)
      expect(logs).toEqual({ code: 1, stdout: '', stderr: 'ERROR: websocket: bad handshake\n' })
    })

    test.each(['releases promote', 'scale web --count 2'])(
      '%s succeeds, and prints one line about its log',
      async (line) => {
        const before = (await logEvents()).length
        const ended = await run(`${line} -a myapp`)
        expect([ended.code, ended.stderr]).toEqual([0, ''])
        expect(count(ended.stdout, 'The command continues without the log.')).toBe(1)
        expect((await logEvents()).slice(before)).toHaveLength(1)
      },
    )
  })
})

async function buildWith(status: string): Promise<string> {
  const { id } = (await send('POST /apps/myapp/builds?', 'external=true&url=')).json as { id: string }
  await send(`PUT /apps/myapp/builds/${id}?`, `status=${status}`)
  at.system.rack.clearReceived()
  return id
}
