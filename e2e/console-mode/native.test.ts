import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startTlsFront } from '../support/callers/connection.ts'
import { createMachine, type Machine } from '../support/convox/machine.ts'
import { type System, startSystem } from '../support/gateway/system.ts'
import type { Ended } from '../support/program.ts'
import { receivedFromCallers } from './console-calls.ts'

const convox = process.env.CONVOX_BIN ?? null
const day = 86_400_000
const rackNames = ['staging', 'production', 'eu-production']

describe.skipIf(convox === null)('the native convox in console mode (runs when CONVOX_BIN names it)', () => {
  let system: System
  let front: Awaited<ReturnType<typeof startTlsFront>>
  let machine: Machine
  let time = Date.now()
  beforeAll(async () => {
    system = await startSystem({ rackNames, now: () => time })
    front = await startTlsFront(system.url)
  })
  beforeEach(() => {
    machine = createMachine(convox)
  })
  afterEach(() => {
    machine.remove()
    for (const rack of Object.values(system.racks)) rack.clearReceived()
  })
  afterAll(async () => {
    await front.stop()
    await system.stop()
  })

  const host = () => new URL(front.url).host
  const run = (line: string, env: NodeJS.ProcessEnv = {}): Promise<Ended> => machine.sh(`convox ${line}`, { env })
  const logIn = async (token: string) => expect(await run(`login ${host()} -t ${token}`)).toMatchObject({ code: 0 })
  const setting = (name: string) => readFileSync(join(machine.home, 'convox', name), 'utf8')

  test('login stores the host, the token, and the name of the caller', async () => {
    const token = await system.token('admin')
    expect(await run(`login ${host()} -t ${token}`)).toEqual({
      code: 0,
      stdout: `Authenticating with ${host()}... OK\n`,
      stderr: '',
    })
    expect(JSON.parse(setting('auth'))).toEqual({ [host()]: token })
    expect([setting('console'), setting('id')]).toEqual([host(), 'admin@example.com'])
  })

  test('login takes the token from the environment', async () => {
    expect(await run(`login ${host()}`, { CONVOX_TOKEN: await system.token('viewer') })).toMatchObject({ code: 0 })
  })

  test('login with another token is refused', async () => {
    expect(await run(`login ${host()} -t rgs_nothing`)).toMatchObject({ code: 1, stderr: 'ERROR: invalid login\n' })
  })

  test('racks lists the caller’s racks with their status', async () => {
    await logIn(await system.token('admin'))
    await expect
      .poll(async () => (await run('racks')).stdout, { timeout: 20_000 })
      .toBe(
        [
          'NAME                   PROVIDER  STATUS\n',
          'gateway/eu-production  aws       running\n',
          'gateway/production     aws       running\n',
          'gateway/staging        aws       running\n',
        ].join(''),
      )
  })

  test('racks lists no rack for a caller without a role, and only its own for a rack-bound token', async () => {
    const { token } = await system.issuer.issueSession({
      email: 'nobody@example.com',
      device: 'test',
      expiresAt: time + day,
    })
    await logIn(token)
    expect(await run('racks')).toMatchObject({ code: 0, stdout: 'NAME  PROVIDER  STATUS\n' })
    await logIn(await system.token('admin', { rack: 'staging' }))
    expect((await run('racks')).stdout).toMatch(/^NAME .*\ngateway\/staging .*\n$/)
    expect(await run('apps -r production')).toMatchObject({
      code: 1,
      stderr: 'ERROR: could not find rack: production\n',
    })
  })

  test('switch selects a rack by its name or a unique part of it', async () => {
    await logIn(await system.token('admin'))
    expect(await run('switch stag')).toMatchObject({ code: 0, stdout: 'Switched to gateway/staging\n' })
    expect(await run('switch')).toMatchObject({ code: 0, stdout: 'gateway/staging\n' })
    expect(await run('switch prod')).toMatchObject({ code: 1, stderr: 'ERROR: ambiguous rack name: prod\n' })
    expect(await run('switch gateway/production')).toMatchObject({ code: 0 })
    expect(JSON.parse(setting('current'))).toEqual({ name: 'gateway/production', type: 'console' })
    expect(await run('apps')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^myapp +running/m) })
    expect(receivedFromCallers(system)).toEqual(['production: GET /apps?'])
  })

  test.each([
    ['-r', 'apps -r staging', {}, null],
    ['CONVOX_RACK', 'apps', { CONVOX_RACK: 'gateway/staging' }, null],
    ['.convox/rack', 'apps', {}, 'staging'],
  ] as const)('%s selects a rack', async (_, line, env, local) => {
    await logIn(await system.token('admin'))
    if (local !== null) {
      mkdirSync(join(machine.project, '.convox'))
      writeFileSync(join(machine.project, '.convox/rack'), local)
    }
    expect(await run(line, env)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^myapp +running/m) })
    expect(receivedFromCallers(system)).toEqual(['staging: GET /apps?'])
  })

  test('websockets, uploads, and commands are of the selected rack', async () => {
    await logIn(await system.token('admin'))
    expect(await run('run command "exit 7" -r staging -a myapp')).toMatchObject({ code: 7 })
    expect(await run('logs --no-follow -r staging -a myapp')).toMatchObject({ code: 0, stderr: '' })
    expect(await run('rack logs --no-follow -r staging')).toMatchObject({ code: 0, stderr: '' })
    expect(await run('build -r staging -a myapp')).toMatchObject({ code: 0, stderr: '' })
    const received = receivedFromCallers(system)
    expect(received.length).toBeGreaterThan(4)
    expect(received.filter((line) => !line.startsWith('staging: '))).toEqual([])
    const events = await system.events()
    const called = events.filter(({ route }) => route !== undefined && !route.startsWith('GET /racks'))
    expect(called.filter(({ mode }) => mode !== 'console')).toEqual([])
  })

  test('parameters and updates of a rack reach /system, with its masks and blocks', async () => {
    await logIn(await system.token('admin'))
    expect(await run('rack params -r staging')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\w+ /m) })
    for (const line of ['rack params set idle_timeout=1800 -r staging', 'rack update 3.24.10 -r staging'])
      expect(await run(line)).toMatchObject({ code: 1, stderr: expect.stringMatching(/PUT \/system|rack:update/) })
    expect(receivedFromCallers(system).filter((line) => line.includes('PUT'))).toEqual([])
  })

  test.each([
    ['cloud machines', 'GET /machines'],
    ['runtimes acme', 'GET /organizations/acme/runtimes'],
    ['workflows', 'GET /racks/gateway/staging/workflows'],
    ['rack runtimes', 'GET /racks/gateway/staging/runtimes'],
    ['rack sync', 'POST /racks/gateway/staging/sync'],
  ])('%s, a feature of a console, is refused with a sentence', async (line, request) => {
    await logIn(await system.token('admin'))
    await run('switch staging')
    expect(await run(line)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        `ERROR: The gateway does not answer ${request}. In console mode, it only lists racks and selects one.`,
      ),
    })
  })

  test('a rack that is down does not delay the commands of another', async () => {
    await logIn(await system.token('admin'))
    time += 31_000
    const hang = system.racks.production?.failNext('GET /system', { kind: 'hang' })
    expect(await run('apps -r staging')).toMatchObject({ code: 0 })
    await hang?.reached
    expect(await run('racks')).toMatchObject({ code: 0, stdout: expect.stringContaining('gateway/production') })
    hang?.release()
  })

  test('a rack that was renamed is named when it is not found', async () => {
    await logIn(await system.token('admin'))
    await run('switch staging')
    writeFileSync(join(machine.home, 'convox/current'), '{"name":"gateway/old","type":"console"}')
    expect(await run('apps')).toMatchObject({ code: 1, stderr: 'ERROR: no such console rack: gateway/old\n' })
  })

  test.each(['x', '{"path":"value"}'])('an invalid session %j in the settings is ignored', async (value) => {
    await logIn(await system.token('admin'))
    writeFileSync(join(machine.home, 'convox/session'), JSON.stringify({ [host()]: value }))
    expect(await run('apps -r staging')).toMatchObject({ code: 0 })
  })

  test('an expired token is named, at a command and at the next login', async () => {
    const token = await system.token('viewer')
    await logIn(token)
    time += 2 * day
    const sentence = /^ERROR: This cli token is expired\. Your session expired on .+\n$/
    expect(await run('apps -r staging')).toMatchObject({ code: 1, stderr: expect.stringMatching(sentence) })
    expect(await run(`login ${host()} -t ${token}`)).toMatchObject({ code: 1, stderr: expect.stringMatching(sentence) })
  })

  test('over http, as with the demo, it says so once for each client', async () => {
    const env = { X_DEV_ALLOW_HTTP: 'true' }
    const { host: plainHost } = new URL(system.url)
    const notice = 'waring: using http inscure mode\n'
    const login = await run(`login ${plainHost} -t ${await system.token('admin')}`, env)
    expect(login).toMatchObject({ code: 0, stderr: '' })
    expect(login.stdout).toContain(notice)
    const apps = await run('apps -r staging', env)
    expect(apps.stdout.replaceAll(notice, '')).toMatch(/^APP .*\nmyapp +running/m)
  })
})
