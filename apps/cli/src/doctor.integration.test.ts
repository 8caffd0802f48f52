import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { lifeOf } from './doctor/check-tls.ts'
import { within } from './doctor/checks.ts'
import { type FakeAnswer, type FakeGateway, startFakeGateway } from './testing/fake-gateway.ts'
import { createMachine, type Machine } from './testing/harness.ts'

const day = 24 * 60 * 60 * 1000
const me = {
  id: '01890a5d-ac96-774b-bcce-b302099a8057',
  name: 'ada@example.com',
  kind: 'user',
  rack: null,
  expiresAt: new Date(Date.now() + 30 * day).toISOString(),
  racks: ['staging'],
  roles: ['deployer'],
}
const ready = { status: 'ready', checks: { database: { ready: true, detail: 'reachable' } } }
const paths = {
  me: '/gateway/api/v1/me',
  version: '/gateway/api/v1/version',
  rack: '/rack/staging/system',
  ready: '/gateway/health/ready',
  clock: '/check',
}
const healthy: Readonly<Record<string, FakeAnswer>> = {
  [paths.me]: { status: 200, body: me },
  [paths.version]: { status: 200, body: { gateway: '0.0.1', cli: { minimum: null, newest: '0.0.1' } } },
  [paths.rack]: { status: 200, body: { name: 'staging', version: '3.24.9' } },
  [paths.ready]: { status: 200, body: ready },
  [paths.clock]: { status: 200, body: 'ok' },
}
/** Where nothing listens; not among the ports that fetch refuses by itself. */
const nobody = 'http://127.0.0.1:8'
const secret = 'rgs_verysecret'

let machine: Machine
let gateway: FakeGateway | null
let convox: string
beforeEach(() => {
  machine = createMachine()
  gateway = null
  convox = join(machine.home, 'bin', 'good-convox')
  script('#!/bin/sh\necho "3.24.9 $RACK_URL$RACK_GATEWAY_TOKEN|"\n')
})
afterEach(async () => {
  await gateway?.close()
  machine.remove()
})

function script(text: string): void {
  writeFileSync(convox, text)
  chmodSync(convox, 0o755)
}

/** A gateway that is well but for these answers, and a login at it. */
async function loggedIn(answers: Readonly<Record<string, FakeAnswer>> = {}, expires = 30 * day): Promise<string> {
  gateway = await startFakeGateway({ status: 404 }, { ...healthy, ...answers })
  configure(gateway.url, expires)
  return gateway.url
}

function configure(url: string, expires = 30 * day): void {
  machine.configure({
    gateways: { staging: { url, rack: 'staging' } },
    sessions: { [url]: { token: secret, expires_at: new Date(Date.now() + expires).toISOString() } },
  })
}

interface Found {
  readonly check: string
  readonly status: string
  readonly says: string
  readonly next: string | null
}

async function look(env: NodeJS.ProcessEnv = {}) {
  const { code, stdout, stderr } = await machine.call(['doctor', '--json'], { CONVOX_BIN: convox, ...env })
  expect(stdout + stderr).not.toContain(secret)
  const { healthy, findings }: { healthy: boolean; findings: Found[] } = JSON.parse(stdout)
  expect(healthy).toBe(code === 0)
  const of = (check: string) => findings.find((one) => one.check === check)
  const problems = findings.filter(({ status }) => status === 'problem').map(({ check }) => check)
  return { code, of, problems, findings }
}

/** Timeouts of requests that end when they are told to. */
function heldTimeouts() {
  const milliseconds: number[] = []
  const over = new AbortController()
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((limit) => {
    milliseconds.push(limit)
    return over.signal
  })
  return { milliseconds, end: () => over.abort(new DOMException('over', 'TimeoutError')) }
}

describe('doctor', () => {
  test('says that all is well, and only reminds of what nobody can see', async () => {
    const url = await loggedIn()
    const { code, of, findings } = await look()
    expect(code).toBe(0)
    expect(findings.filter(({ status }) => status !== 'ok').map(({ check }) => check)).toEqual(['rack-password'])
    expect(of('config')?.says).toContain(`${machine.configPath} (0600): the rack staging, the current or only one`)
    expect(of('dns')?.says).toBe('127.0.0.1 is an address, so no name is looked up')
    expect(of('tls')?.says).toBe(`${url} is this machine, without TLS`)
    expect(of('clock')?.says).toMatch(/^(as|\d+ s from) the gateway's/)
    expect(of('gateway')?.says).toBe('ready: database')
    expect(of('versions')?.says).toMatch(/^rack-gateway \d.*; gateway 0\.0\.1; rack staging 3\.24\.9$/)
    expect(of('token')?.says).toMatch(/^ada@example\.com \(user\), ends in 29 days, at .*, kept in .* \(0600\)$/)
    expect(of('rack-password')?.next).toContain('system-env-disable')
    for (const { check, says, next } of findings) {
      expect({ check, words: says.split(' ').length <= 20 }).toEqual({ check, words: true })
      expect(`${says} ${next}`).not.toMatch(/docs\/|\.md/)
    }
  })

  test('asks convox for its version without a token', async () => {
    const url = await loggedIn()
    const env = { RACK_URL: `${url.replace('//', `//convox:${secret}@`)}/rack/staging`, RACK_GATEWAY_TOKEN: secret }
    expect((await look(env)).of('convox')).toMatchObject({
      status: 'ok',
      says: expect.stringContaining('3.24.9 |'),
    })
  })

  test('prints a line a finding, with what to do below', async () => {
    await loggedIn({ [paths.ready]: { status: 200, body: '<html>' } })
    const { code, stdout } = await machine.call(['doctor'], { CONVOX_BIN: convox })
    expect(code).toBe(7)
    expect(stdout).toMatch(/^ok {7}config {9}\S/)
    expect(stdout).toMatch(/\nproblem {2}gateway {8}http.* \(status 200\)\n {24}→ check the address/)
    expect(stdout).not.toContain('\u001b')
  })

  test('goes on where nothing is configured', async () => {
    const { code, of, problems } = await look()
    expect([code, problems]).toEqual([4, ['token']])
    expect(of('config')).toMatchObject({ status: 'warning', next: 'rack-gateway login NAME URL' })
    expect(of('dns')?.says).toBe('not checked: no gateway is known')
    expect(of('convox')?.status).toBe('ok')
  })

  test('goes on with a file that is broken, and says where', async () => {
    machine.configure('{ "gateways": {')
    const { code, of, problems } = await look()
    expect([code, problems]).toEqual([78, ['config']])
    expect(of('config')?.says).toMatch(/config\.json.*line 1, column/)
    expect(of('convox')?.status).toBe('ok')
  })

  test('says that the file could be read by others', async () => {
    await loggedIn()
    chmodSync(machine.configPath, 0o644)
    const { code, of } = await look()
    expect(code).toBe(0)
    expect(of('config')).toMatchObject({ status: 'warning', says: expect.stringContaining('could be read by others') })
  })

  test('goes on offline', async () => {
    configure(nobody)
    const { code, of, problems } = await look()
    expect([code, problems]).toEqual([7, ['gateway']])
    expect(of('token')).toMatchObject({ status: 'warning', says: expect.stringContaining('ends in ') })
    expect(of('versions')?.says).toMatch(
      /^rack-gateway \d.*could not be asked: nothing listens at \S+ \(ECONNREFUSED\)/,
    )
  })

  test('finds a name that there is not', async () => {
    configure('https://gateway.example.invalid')
    const { code, of, problems } = await look()
    expect([code, problems]).toEqual([7, ['dns', 'gateway']])
    expect(of('dns')?.says).toMatch(
      /^the host name gateway\.example\.invalid (?:is not known|cannot be looked up now) \(E[A-Z_]+\)$/,
    )
  })

  test('looks at the gateway with a token that has ended', async () => {
    await loggedIn({}, -day)
    const { code, of, problems } = await look()
    expect([code, problems]).toEqual([4, ['token']])
    expect(of('token')?.next).toContain('rack-gateway login staging')
    expect(of('gateway')?.status).toBe('ok')
    expect(gateway?.asked.filter(({ authorization }) => authorization !== undefined)).toEqual([])
  })

  test('says that the gateway refuses the token, or that it ends soon', async () => {
    await loggedIn({ [paths.me]: { status: 401 } })
    expect(await look()).toMatchObject({ code: 4, problems: ['token'] })
    await gateway?.close()
    await loggedIn({
      [paths.me]: { status: 200, body: { ...me, expiresAt: new Date(Date.now() + day).toISOString() } },
    })
    const { code, of } = await look()
    expect([code, of('token')]).toMatchObject([0, { status: 'warning', next: 'rack-gateway login staging' }])
  })

  test.each([
    [120_000, 'warning', '2 minutes behind'],
    [-45_000, 'warning', /4\d s ahead of/],
    [3_600_000, 'problem', 'behind'],
    [-3_600_000, 'problem', 'ahead of'],
  ])('compares clocks: %i ms', async (offset, status, words) => {
    const date = new Date(Date.now() + offset).toUTCString()
    await loggedIn({ [paths.clock]: { status: 200, body: 'ok', headers: { date } } })
    const { of, code } = await look()
    expect(of('clock')).toMatchObject({
      status,
      says: expect.stringMatching(words),
      next: expect.stringContaining('NTP'),
    })
    expect(code).toBe(status === 'problem' ? 1 : 0)
  })

  test.each([
    ['audit', 8],
    ['database', 1],
  ])('says what the gateway is not ready with: %s', async (name, exit) => {
    const body = {
      status: 'not ready',
      checks: { [name]: { ready: false, detail: 'gone' }, other: { ready: true, detail: 'well' } },
    }
    await loggedIn({ [paths.ready]: { status: 503, body } })
    const { code, of } = await look()
    expect(code).toBe(exit)
    expect(of('gateway')?.says).toBe(`not ready; ${name}: gone`)
  })

  test('says that the gateway asks for a newer command', async () => {
    await loggedIn({
      [paths.version]: { status: 200, body: { gateway: '9.0.0', cli: { minimum: '8.0.0', newest: '9.0.0' } } },
    })
    const { code, of, problems } = await look()
    expect([code, problems]).toEqual([1, ['versions']])
    expect(of('versions')?.next).toContain('asks for 8.0.0 or newer')
  })

  test('finds that convox is missing, can not be run, or is something else', async () => {
    await loggedIn()
    expect(await look({ CONVOX_BIN: '/nowhere/convox' })).toMatchObject({ code: 127, problems: ['convox'] })
    chmodSync(convox, 0o644)
    expect(await look()).toMatchObject({ code: 126, problems: ['convox'] })
    script('#!/nowhere/interpreter\n')
    const broken = await look()
    expect([broken.code, broken.of('convox')?.next]).toEqual([126, expect.stringContaining('Install what runs it')])
    script('#!/bin/sh\necho rack-gateway 1.0.0\n')
    expect(await look()).toMatchObject({ code: 127, problems: ['convox'] })
    script('#!/bin/sh\nexit 3\n')
    const { code, of } = await look()
    expect([code, of('convox')]).toMatchObject([
      0,
      { status: 'warning', says: expect.stringContaining('ended with 3') },
    ])
  })

  test('waits for nothing longer than 5 s, and for all at once', async () => {
    const waits = heldTimeouts()
    const never = { status: 200, after: new Promise(() => {}) }
    await loggedIn(Object.fromEntries(Object.values(paths).map((path) => [path, never])))
    script('#!/bin/sh\nexec sleep 30\n')
    const looking = look()
    const first = [paths.me, paths.version, paths.ready, paths.clock]
    await expect.poll(() => gateway?.asked.map(({ path }) => path)).toEqual(expect.arrayContaining(first))
    waits.end()
    const { code, of } = await looking
    expect(code).toBe(7)
    expect(waits.milliseconds.filter((limit) => limit > 5_000)).toEqual([])
    expect(of('convox')?.says).toContain('did not end within 4.5 s')
    for (const check of ['clock', 'gateway', 'versions', 'token']) expect(of(check)?.status).not.toBe('ok')
  })

  test('shows nothing that a terminal would obey', async () => {
    const evil = '\u001b]0;owned\u0007\u202e'
    await loggedIn({
      [paths.me]: { status: 200, body: { ...me, name: evil, kind: evil } },
      [paths.version]: { status: 200, body: { gateway: evil, cli: { minimum: evil, newest: evil } } },
      [paths.rack]: { status: 200, body: { name: evil, version: evil } },
      [paths.ready]: { status: 503, body: { status: evil, checks: { [evil]: { ready: false, detail: evil } } } },
    })
    script(`#!/bin/sh\nprintf '${evil}'\n`)
    for (const words of [['doctor'], ['doctor', '--json'], ['version']]) {
      const { stdout, stderr } = await machine.call(words, { CONVOX_BIN: convox })
      expect((stdout + stderr).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u)
    }
  })
})

test('a check that fails or never ends takes no other with it', async () => {
  expect(await within(10, new Promise(() => {}))).toMatchObject({ status: 'problem', says: 'not known within 0.01 s' })
  expect(await within(1_000, Promise.reject(new Error('broken')))).toMatchObject({
    status: 'problem',
    says: 'could not be checked: broken',
  })
})

test('a certificate that ends in a fortnight is a warning', () => {
  const certificate = { issuer: { O: 'Example', CN: 'CA 1' }, valid_to: 'Dec 25 00:00:00 2030 GMT' }
  const end = Date.UTC(2030, 11, 25)
  expect(lifeOf(certificate, end - 13 * 86_400_000)).toMatchObject({ status: 'warning' })
  expect(lifeOf(certificate, end - 15 * 86_400_000)).toMatchObject({
    status: 'ok',
    says: expect.stringContaining('ends in 15 days, at 2030-12-25T00:00:00.000Z; its issuer is Example, CA 1'),
  })
})

describe('version', () => {
  test('says each version, and nothing more', async () => {
    const url = await loggedIn()
    const { code, stdout, stderr } = await machine.call(['version'])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^rack-gateway \d+\.\d+\.\d+\n/)
    expect(stdout).toContain(`\ngateway 0.0.1 (${url})\nrack 3.24.9 (staging)\n`)
  })

  test.each([
    [{ minimum: '8.0.0', newest: '9.0.0' }, 'needed', /asks for 8\.0\.0 or newer/],
    [{ minimum: null, newest: '9.0.0' }, 'advised', /with the gateway came 9\.0\.0/],
    [{ minimum: '0.0.1', newest: '0.0.1' }, 'none', /^$/],
  ])('warns when the gateway asks for another: %j', async (cli, upgrade, warned) => {
    await loggedIn({ [paths.version]: { status: 200, body: { gateway: '9.0.0', cli } } })
    const { code, stdout, stderr } = await machine.call(['version', '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ upgrade, asked: cli })
    expect([code, stderr]).toEqual([0, expect.stringMatching(warned)])
  })

  test('says its own and what it could not ask: offline, and without a login', async () => {
    configure(nobody)
    const offline = await machine.call(['version'])
    expect(offline.stdout).toMatch(/^rack-gateway \d+\.\d+\.\d+\n$/)
    expect(offline.stderr).toMatch(/the gateway's version is not known: .*\n.*the rack's version is not known: .*\n$/)
    machine.configure({})
    const alone = await machine.call(['version', '--json'])
    expect(JSON.parse(alone.stdout)).toMatchObject({ upgrade: 'unknown', gateway: null, rack: null })
    expect([offline.code, alone.code]).toEqual([0, 0])
  })

  test.each(['-v', '--version'])('%s asks nobody', async (flag) => {
    await loggedIn()
    expect((await machine.call([flag])).stdout).toMatch(/^rack-gateway \d+\.\d+\.\d+\n$/)
    expect(gateway?.asked).toEqual([])
  })
})
