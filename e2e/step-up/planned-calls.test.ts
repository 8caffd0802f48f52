import { callManagementApi } from '@rack-gateway/testing/management-api'
import { openWebSocket } from '@rack-gateway/testing/websocket'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type LoginSystem, startLoginSystem } from '../support/login/login.ts'
import { createProver, type Prover } from '../support/login/second-factor.ts'
import { sessionOf } from '../support/login/session-of.ts'
import { writeStepUpPolicy } from './policy.ts'

const clock = { ahead: 0 }
let at: LoginSystem
let admin: Prover
beforeAll(async () => {
  const policyFile = writeStepUpPolicy(`version: 1
stepUp:
  rules:
    all:
      permissions:
        - app:update
        - process:run
        - process:exec
        - process:exec-any
        - release:promote
        - service:scale
        - service:restart
        - log:read
        - build:list
      require: { always: any }
`)
  at = await startLoginSystem({}, { now: () => Date.now() + clock.ahead, policyFile })
  admin = await createProver(at, 'admin', clock)
})
afterAll(() => at.stop())
beforeEach(() => {
  // Each code of an authenticator app is valid once.
  clock.ahead += 60_000
  at.system.rack.clearReceived()
})

const program = (method: string, path: string, body?: object) =>
  callManagementApi(at.system, admin.program.token, method, path, body)

async function ask(...calls: readonly object[]) {
  const asked = await program('POST', '/step-ups', {
    delivery: 'callback',
    calls: calls.map((call) => ({ rack: 'staging', app: 'myapp', ...call })),
  })
  expect(asked.status).toBe(201)
  return asked
}
/** @returns the secret of a proof for the planned calls */
async function proofFor(...calls: readonly object[]): Promise<string> {
  const id = (await ask(...calls)).text('id')
  return (await program('POST', `/step-ups/${id}/proof`, { method: 'totp', code: admin.code() })).text('proof')
}
const send = async (line: string, proof: string, form = '', headers: readonly string[] = []) => {
  const [method = '', target = ''] = line.split(' ')
  const type = form === '' ? [] : ['Content-Type: application/x-www-form-urlencoded']
  return at.system.send(method, `/rack/staging${target}`, admin.program.token, form, [
    `Step-Up: ${proof}`,
    ...type,
    ...headers,
  ])
}
const changes = () => at.system.rack.received.filter(({ method }) => method !== 'GET').map(({ target }) => target)

const noParameters = { query: {}, form: {}, headers: {} }
const restart = {
  route: 'POST /apps/{app}/services/{service}/restart',
  params: { app: 'myapp', service: 'web' },
  ...noParameters,
}
const scale = {
  route: 'PUT /apps/{app}/services/{service}',
  params: { service: 'web' },
  ...noParameters,
  form: { count: '2' },
}
const webRestart = 'POST /apps/myapp/services/web/restart?'
const webScale = 'PUT /apps/myapp/services/web?'

describe('a proof for the planned calls of a command', () => {
  test('is valid once for each call', async () => {
    const proof = await proofFor(restart, scale)
    expect((await send(webRestart, proof)).status).toBe(200)
    expect((await send(webRestart, proof)).json).toMatchObject({ code: 'RGW_STEP_UP_NEEDED' })
    expect((await send(webScale, proof, 'count=2')).status).toBe(200)
    expect((await send(webScale, proof, 'count=2')).status).toBe(403)
    expect(changes()).toEqual(['/apps/myapp/services/web/restart?', '/apps/myapp/services/web?'])
  })

  test('is valid twice for a call that is planned twice', async () => {
    const asked = await ask(restart, restart)
    expect(asked.json).toMatchObject({ calls: [{ times: 2 }] })
    const proof = await proofFor(restart, restart)
    const statuses = []
    for (const _ of [1, 2, 3]) statuses.push((await send(webRestart, proof)).status)
    expect(statuses).toEqual([200, 200, 403])
  })

  test('is used once by calls at the same time', async () => {
    const proof = await proofFor(restart)
    const responses = await Promise.all([1, 2, 3, 4].map(() => send(webRestart, proof)))
    expect(responses.map(({ status }) => status).sort()).toEqual([200, 403, 403, 403])
    expect(changes()).toHaveLength(1)
  })

  test.each([
    ['another service', 'POST /apps/myapp/services/worker/restart?', ''],
    ['another value', webScale, 'count=3'],
    ['another parameter', webScale, 'count=2&memory=512'],
  ])('is not valid for %s', async (_, line, form) => {
    const proof = await proofFor(restart, scale)
    expect((await send(line, proof, form)).json).toMatchObject({ code: 'RGW_STEP_UP_NEEDED' })
    expect(changes()).toEqual([])
  })

  test('is not valid without a value that the page shows', async () => {
    const proof = await proofFor({ ...scale, form: { count: '2', cpu: '256' } })
    expect((await send(webScale, proof, 'count=2')).json).toMatchObject({ code: 'RGW_STEP_UP_NEEDED' })
    expect((await send(webScale, proof, 'cpu=256')).status).toBe(403)
    expect((await send(webScale, proof, 'count=2&cpu=256')).status).toBe(200)
  })

  test.each([
    ['a query that the route does not have', { query: { count: '2' } }],
    ['a header that the route does not have', { headers: { service: 'web' } }],
    ['a part of the path that the route does not have', { params: { service: 'web', name: 'web' } }],
    ['a field that the route does not have', { form: { counter: '2' } }],
  ])('cannot be asked for with %s, because the page would show it', async (_, values) => {
    const calls = [{ rack: 'staging', app: 'myapp', ...scale, ...values }]
    const asked = await program('POST', '/step-ups', { delivery: 'callback', calls })
    expect([asked.status, asked.text('reason')]).toEqual([400, expect.stringContaining(scale.route)])
  })

  test('cannot be asked for with a command as a header, which is not compared', async () => {
    const run = { route: 'POST /apps/{app}/services/{service}/processes', ...noParameters, headers: { command: 'ls' } }
    const asked = await program('POST', '/step-ups', {
      delivery: 'callback',
      calls: [{ rack: 'staging', app: 'myapp', ...run }],
    })
    expect(asked.status).toBe(400)
  })

  test('is not valid for another option in a header, or another command', async () => {
    const run = {
      route: 'POST /apps/{app}/services/{service}/processes',
      params: { service: 'command' },
      command: ['ls'],
      ...noParameters,
      headers: { cpu: '256' },
    }
    const proof = await proofFor(run)
    const start = 'POST /apps/myapp/services/command/processes?'
    const refused = await send(start, proof, '', ['Command: ls', 'Cpu: 512'])
    expect(refused.json).toMatchObject({ code: 'RGW_STEP_UP_NEEDED' })
    const other = await send(start, proof, '', ['Command: id', 'Cpu: 256'])
    expect(other.json).toMatchObject({ code: 'RGW_STEP_UP_NEEDED' })
    expect((await send(start, proof, '', ['Command: ls', 'Cpu: 256', 'Height: 20'])).status).toBe(200)
  })

  test('shows that a plan without a command covers every command', async () => {
    const start = { route: 'POST /apps/{app}/services/{service}/processes', ...noParameters }
    const asked = await ask(start, { ...start, command: ['ls'] })
    expect(asked.json).toMatchObject({ calls: [{ otherParameters: true }, { otherParameters: false }] })
  })

  test('covers values that only the command knows, if the page shows them as such', async () => {
    const unknown = { ...scale, form: { count: null } }
    const asked = await ask(unknown, { ...scale, form: undefined })
    expect(asked.json).toMatchObject({
      calls: [
        {
          parameters: [
            { name: 'service', value: 'web' },
            { name: 'count', value: null },
          ],
          otherParameters: false,
        },
        { parameters: [{ name: 'service', value: 'web' }], otherParameters: true },
      ],
    })
    const proof = await proofFor(unknown)
    expect((await send(webScale, proof, 'count=2&memory=512')).status).toBe(403)
    expect((await send(webScale, proof, 'count=5')).status).toBe(200)
  })

  test('is valid again and again for a read, and for a call that the command repeats', async () => {
    const proof = await proofFor(
      { route: 'GET /apps/{app}/builds', ...noParameters },
      { ...restart, params: {}, repeated: true },
    )
    for (const service of ['web', 'worker', 'web'])
      expect((await send(`POST /apps/myapp/services/${service}/restart?`, proof)).status).toBe(200)
    for (const _ of [1, 2, 3]) expect((await send('GET /apps/myapp/builds?', proof)).status).toBe(200)
  })

  test('shows no secret', async () => {
    const asked = await ask({
      route: 'PUT /apps/{app}',
      ...noParameters,
      form: { parameters: 'DB_PASSWORD=hunter2' },
    })
    expect(JSON.stringify(asked.json)).not.toContain('hunter2')
    const [row] = await at.system.sql`select asked, covers from gateway.step_ups order by created_at desc limit 1`
    expect(JSON.stringify(row)).not.toContain('hunter2')
  })
})

test('the page of a denied call shows its arguments', async () => {
  const { json } = await send(webScale, 'none', 'count=52')
  const { id } = (json as { stepUp: { id: string } }).stepUp
  expect((await program('GET', `/step-ups/${id}`)).json).toMatchObject({
    calls: [
      {
        parameters: [
          { name: 'service', value: 'web' },
          { name: 'count', value: '52' },
        ],
        otherParameters: false,
      },
    ],
  })
})

describe('an exec in an own run', () => {
  const target = '/apps/myapp/services/command/processes?'
  const run = {
    route: 'POST /apps/{app}/services/{service}/processes',
    params: { service: 'command' },
    command: ['sleep', '3600'],
    ...noParameters,
  }
  let subject: string
  beforeAll(async () => {
    const [row] = await at.system.sql`select subject from gateway.users where email = 'admin@example.com'`
    subject = String(row?.subject)
  })

  /** As the stock CLI starts an attached run in console mode. */
  async function startRun(): Promise<string> {
    const headers = ['Command: sleep 3600', 'Rack: gateway/staging', `Session: ${await proofFor(run)}`]
    const started = await at.system.send('POST', target, admin.program.token, '', headers)
    expect(started.status).toBe(200)
    return (started.json as { id: string }).id
  }
  const exec = (process: string, { token = admin.program.token, ...headers }: Record<string, string> = {}) =>
    openWebSocket(`${at.system.url}/apps/myapp/processes/${process}/exec`, token, { command: 'ls', ...headers })
  async function needsProof(process: string, options: Record<string, string> = {}): Promise<boolean> {
    return (await (await exec(process, options)).readToEnd()).join('').includes('process:run needs a new proof')
  }

  test('needs no further proof when the run starts, and one each time afterwards', async () => {
    const process = await startRun()
    expect(await needsProof(process)).toBe(false)
    expect(await needsProof(process)).toBe(true)
    expect(at.system.rack.received.filter(({ target }) => target.includes('/exec'))).toHaveLength(1)
  })

  test('needs a proof in each other session of the user, which does not use up the first exec', async () => {
    const process = await startRun()
    const { token } = await sessionOf(at.system, subject)
    expect(await needsProof(process, { token })).toBe(true)
    expect(await needsProof(process)).toBe(false)
  })

  test('needs a proof from another address, which does not use up the first exec', async () => {
    const process = await startRun()
    expect(await needsProof(process, { 'x-forwarded-for': '198.51.100.9' })).toBe(true)
    expect(await needsProof(process)).toBe(false)
  })

  test('needs a proof five minutes after the start', async () => {
    const process = await startRun()
    clock.ahead += 301_000
    expect(await needsProof(process)).toBe(true)
  })

  test('is the first one of a run only once of several at the same time', async () => {
    const process = await startRun()
    const responses = await Promise.all([1, 2, 3].map(() => needsProof(process)))
    expect(responses.filter(Boolean)).toHaveLength(2)
  })

  test.each([
    ['that is detached', 'ls', []],
    ['of rack-gateway, whose plan names the exec', 'sleep 3600', ['Step-Up']],
  ] as const)('needs a proof in a run %s', async (_, command, [header = 'Session']) => {
    const proof = await proofFor({ ...run, command: command.split(' ') })
    const headers = [`Command: ${command}`, 'Rack: gateway/staging', `${header}: ${proof}`]
    const started = await at.system.send('POST', target, admin.program.token, '', headers)
    expect(started.status).toBe(200)
    expect(await needsProof((started.json as { id: string }).id)).toBe(true)
  })
})
