import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type FakeGateway, type FakeResponse, startFakeGateway } from '../testing/fake-gateway.ts'
import { createMachine, type Machine } from '../testing/harness.ts'
import { checkCertificateExpiry } from './check-tls.ts'
import { withDeadline } from './checks.ts'

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
const connection = {
  host: '127.0.0.1',
  scheme: 'http',
  address: '127.0.0.1',
  peer: '127.0.0.1',
  forwardedFor: 'missing',
  upgrade: true,
  receivedBytes: 2 * 1024 * 1024,
  receivedMs: 1_000,
  waitedMs: 0,
  unready: [],
}
const paths = {
  me: '/gateway/api/v1/me',
  version: '/gateway/api/v1/version',
  rack: '/rack/staging/system',
  connection: '/gateway/api/v1/connection',
  clock: '/check',
}
const healthy: Readonly<Record<string, FakeResponse>> = {
  [paths.me]: { status: 200, body: me },
  [paths.version]: { status: 200, body: { gateway: '0.0.1', cli: { minimum: null, newest: '0.0.1' } } },
  [paths.rack]: { status: 200, body: { name: 'staging', version: '3.24.9' } },
  [paths.connection]: { status: 200, body: connection, websocket: true },
  [paths.clock]: { status: 200, body: 'ok' },
}
/** Nothing listens here. Not one of the ports that `fetch` blocks. */
const unreachable = 'http://127.0.0.1:8'
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

/** Logs in to a healthy gateway with these answers. */
async function loggedIn(responses: Readonly<Record<string, FakeResponse>> = {}, expires = 30 * day): Promise<string> {
  const all: Record<string, FakeResponse> = { ...healthy, ...responses }
  gateway = await startFakeGateway({ status: 404 }, all)
  if (responses[paths.connection] === undefined) {
    const body = { ...connection, host: new URL(gateway.url).host }
    all[paths.connection] = { status: 200, body, websocket: true }
  }
  configure(gateway.url, expires)
  return gateway.url
}

function configure(url: string, expires = 30 * day): void {
  machine.configure({
    gateways: { staging: { url, rack: 'staging' } },
    sessions: { [url]: { token: secret, expires_at: new Date(Date.now() + expires).toISOString() } },
  })
}

interface FindingJson {
  readonly check: string
  readonly status: string
  readonly says: string
  readonly next: string | null
}

async function runDoctor(env: NodeJS.ProcessEnv = {}, words: readonly string[] = []) {
  const { code, stdout, stderr } = await machine.call(['doctor', '--json', ...words], { CONVOX_BIN: convox, ...env })
  expect(stdout + stderr).not.toContain(secret)
  const { healthy, findings }: { healthy: boolean; findings: FindingJson[] } = JSON.parse(stdout)
  expect(healthy).toBe(code === 0)
  const of = (check: string) => findings.find((one) => one.check === check)
  const problems = findings.filter(({ status }) => status === 'problem').map(({ check }) => check)
  return { code, of, problems, findings }
}

/** Replaces timeouts of requests by one that the test ends. */
function controlTimeouts() {
  const milliseconds: number[] = []
  const over = new AbortController()
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((limit) => {
    milliseconds.push(limit)
    return over.signal
  })
  return { milliseconds, end: () => over.abort(new DOMException('over', 'TimeoutError')) }
}

describe('doctor', () => {
  test('reports no problem, and reminds of the rack password', async () => {
    const url = await loggedIn()
    const { code, of, findings } = await runDoctor()
    expect(code).toBe(0)
    expect(findings.filter(({ status }) => status !== 'ok').map(({ check }) => check)).toEqual(['rack-password'])
    expect(of('config')?.says).toContain(`${machine.configPath} (0600). The rack is staging, the current or only one`)
    expect(of('dns')?.says).toBe('127.0.0.1 is an IP address, which needs no lookup.')
    expect(of('tls')?.says).toBe(`${url} is this machine, and needs no TLS.`)
    expect(of('clock')?.says).toMatch(/^The clock of this machine (agrees with|is \d+ s from)/)
    expect(of('gateway')?.says).toBe('The gateway is ready.')
    expect(of('host')?.says).toBe(`The gateway gets the host ${new URL(url).host}.`)
    expect(of('address')?.says).toBe('The gateway sees your address as 127.0.0.1.')
    expect(of('websocket')?.says).toBe('WebSockets reach the gateway.')
    expect(of('upload')?.says).toBe('A body of 2 MiB reaches the gateway while it is being sent.')
    expect(of('timeout')).toBeUndefined()
    // An ingress hides these addresses.
    expect(gateway?.requests.filter(({ path }) => /health|metrics/.test(path ?? ''))).toEqual([])
    expect(of('versions')?.says).toMatch(/^rack-gateway \d.*, gateway 0\.0\.1, rack staging 3\.24\.9\.$/)
    expect(of('token')?.says).toMatch(
      /^The token of ada@example\.com \(user\) expires in 29 days, at .*\. It is stored in .* \(0600\)\.$/,
    )
    expect(of('rack-password')?.next).toContain('system-env-disable')
    for (const { check, says, next } of findings) {
      expect({ check, words: says.split(' ').length <= 20 }).toEqual({ check, words: true })
      expect(`${says} ${next}`).not.toMatch(/docs\/|\.md/)
    }
  })

  test('gets the version of convox without giving it a token', async () => {
    const url = await loggedIn()
    const env = { RACK_URL: `${url.replace('//', `//convox:${secret}@`)}/rack/staging`, RACK_GATEWAY_TOKEN: secret }
    expect((await runDoctor(env)).of('convox')).toMatchObject({
      status: 'ok',
      says: expect.stringContaining('3.24.9 |'),
    })
  })

  test('prints a line for each finding, and its remedy below', async () => {
    await loggedIn({ [paths.clock]: { status: 200, body: '<html>' } })
    const { code, stdout } = await machine.call(['doctor'], { CONVOX_BIN: convox })
    expect(code).toBe(7)
    expect(stdout).toMatch(/^ok {7}config {9}\S/)
    expect(stdout).toMatch(/\nproblem {2}gateway {8}http.* \(status 200\)\.\n {24}→ Check the address/)
    expect(stdout).not.toContain('\u001b')
  })

  test('runs without a configuration', async () => {
    const { code, of, problems } = await runDoctor()
    expect([code, problems]).toEqual([4, ['token']])
    expect(of('config')).toMatchObject({ status: 'warning', next: 'Log in with: rack-gateway login NAME URL' })
    expect(of('dns')?.says).toBe('Not checked: no gateway is configured.')
    expect(of('convox')?.status).toBe('ok')
  })

  test('runs with a broken file, and names the position of the error', async () => {
    machine.configure('{ "gateways": {')
    const { code, of, problems } = await runDoctor()
    expect([code, problems]).toEqual([78, ['config']])
    expect(of('config')?.says).toMatch(/config\.json.*line 1, column/)
    expect(of('convox')?.status).toBe('ok')
  })

  test('warns that other users could read the file', async () => {
    await loggedIn()
    chmodSync(machine.configPath, 0o644)
    const { code, of } = await runDoctor()
    expect(code).toBe(0)
    expect(of('config')).toMatchObject({ status: 'warning', says: expect.stringContaining('could be read by others') })
  })

  test('runs offline', async () => {
    configure(unreachable)
    const { code, of, problems } = await runDoctor()
    expect([code, problems]).toEqual([7, ['gateway']])
    expect(of('token')).toMatchObject({ status: 'warning', says: expect.stringContaining('expires in ') })
    expect(of('versions')?.says).toMatch(
      /^rack-gateway \d.* is unknown: the request to \S+ failed: nothing listens at \S+ \(ECONNREFUSED\)\./,
    )
  })

  test('finds a host name that does not exist', async () => {
    configure('https://gateway.example.invalid')
    const { code, of, problems } = await runDoctor()
    expect([code, problems]).toEqual([7, ['dns', 'gateway']])
    expect(of('dns')?.says).toMatch(
      /^The lookup failed: the host name gateway\.example\.invalid (?:is not known|cannot be looked up now) \(E[A-Z_]+\)\.$/,
    )
  })

  test('checks the gateway even if the token has expired', async () => {
    await loggedIn({}, -day)
    const { code, of, problems } = await runDoctor()
    expect([code, problems]).toEqual([4, ['token']])
    expect(of('token')?.next).toContain('rack-gateway login staging')
    expect(of('gateway')?.status).toBe('ok')
    expect(gateway?.requests.filter(({ authorization }) => authorization !== undefined)).toEqual([])
  })

  test('reports that the gateway rejects the token, or that it expires soon', async () => {
    await loggedIn({ [paths.me]: { status: 401 } })
    expect(await runDoctor()).toMatchObject({ code: 4, problems: ['token'] })
    await gateway?.close()
    await loggedIn({
      [paths.me]: { status: 200, body: { ...me, expiresAt: new Date(Date.now() + day).toISOString() } },
    })
    const { code, of } = await runDoctor()
    expect([code, of('token')]).toMatchObject([
      0,
      { status: 'warning', next: 'Log in again with: rack-gateway login staging' },
    ])
  })

  test.each([
    [150_000, 'warning', '2 minutes behind'],
    [-45_000, 'warning', /4\d s ahead of/],
    [3_600_000, 'problem', 'behind'],
    [-3_600_000, 'problem', 'ahead of'],
  ])('compares clocks: %i ms', async (offset, status, words) => {
    const date = new Date(Date.now() + offset).toUTCString()
    await loggedIn({ [paths.clock]: { status: 200, body: 'ok', headers: { date } } })
    const { of, code } = await runDoctor()
    expect(of('clock')).toMatchObject({
      status,
      says: expect.stringMatching(words),
      next: expect.stringContaining('NTP'),
    })
    expect(code).toBe(status === 'problem' ? 1 : 0)
  })

  test.each([
    [['audit'], 8],
    [['database', 'audit'], 1],
  ])('names the readiness checks that fail: %j', async (unready, exit) => {
    await loggedIn({ [paths.connection]: { status: 200, body: { ...connection, unready }, websocket: true } })
    const { code, of } = await runDoctor()
    expect(code).toBe(exit)
    expect(of('gateway')?.says).toBe(`The gateway is not ready: ${unready.join(', ')}.`)
  })

  test('finds that the proxy answers in place of the gateway', async () => {
    const page = { status: 502, body: '<center>nginx</center>', headers: { 'content-type': 'text/html' } }
    await loggedIn(Object.fromEntries(Object.values(paths).map((path) => [path, page])))
    const { code, of, problems } = await runDoctor()
    expect([code, problems]).toEqual([7, ['gateway']])
    expect(of('gateway')).toMatchObject({
      says: expect.stringMatching(/failed: a proxy \(nginx\) answered with status 502, because it got no response/),
      next: expect.stringContaining('tell the operator'),
    })
    expect(of('upload')?.says).toBe('Not checked. See the finding of gateway.')
  })

  describe('the proxy in front of the gateway', () => {
    const answering = (changes: object, more: Partial<FakeResponse> = {}) =>
      loggedIn({ [paths.connection]: { status: 200, body: { ...connection, ...changes }, websocket: true, ...more } })
    const misdirected = (address: string) =>
      loggedIn({
        [paths.connection]: {
          status: 421,
          body: {
            error: `The gateway’s pages and API have another address. Use ${address}/gateway/.`,
            code: 'RGW_MISDIRECTED',
          },
        },
      })

    test('replaces Host without an effect', async () => {
      await answering({ host: 'backend' })
      expect((await runDoctor()).of('host')).toMatchObject({
        status: 'warning',
        says: expect.stringContaining('gets the host backend instead of 127.0.0.1:'),
        next: expect.stringMatching(
          /nginx: `proxy_set_header Host \$http_host;`; .*AWS ALB: `routing\.http\.preserve_host_header\.enabled`/,
        ),
      })
    })

    test('replaces Host, so that the gateway rejects requests', async () => {
      const url = await misdirected('https://gateway.example.com')
      const { of } = await runDoctor()
      expect(of('host')).toMatchObject({
        status: 'problem',
        says: `The address of the gateway is https://gateway.example.com, not ${url}, so the gateway rejects requests (421).`,
        next: 'Log in again at https://gateway.example.com.',
      })
      for (const check of ['address', 'upload', 'websocket'])
        expect(of(check)?.says).toBe('Not checked. See the finding of host.')
    })

    test('is not trusted', async () => {
      await answering({ forwardedFor: 'ignored', peer: '10.0.3.7', address: '10.0.3.7' })
      const { code, of } = await runDoctor()
      expect([code, of('address')]).toMatchObject([
        1,
        { status: 'problem', next: 'Add 10.0.3.7 to TRUSTED_PROXIES of the gateway.' },
      ])
    })

    test('removes Upgrade, and names itself', async () => {
      await answering({ upgrade: false }, { websocket: false, headers: { server: 'nginx' } })
      const { of } = await runDoctor()
      expect(of('websocket')).toMatchObject({
        status: 'problem',
        next: expect.stringMatching(
          /^Change the configuration of the proxy\. nginx: `proxy_http_version 1\.1;`.*; ingress-nginx: [^;]*\.$/,
        ),
      })
    })

    test('collects bodies', async () => {
      await answering({ receivedMs: 3 })
      expect((await runDoctor()).of('upload')).toMatchObject({
        status: 'warning',
        next: expect.stringContaining('nginx: `proxy_request_buffering off;`'),
      })
    })

    test('limits bodies', async () => {
      await answering({}, { post: { status: 413, body: '<html>', headers: { 'content-type': 'text/html' } } })
      expect((await runDoctor()).of('upload')).toMatchObject({
        status: 'problem',
        says: 'The proxy rejects a body of 2 MiB (413).',
        next: expect.stringContaining('nginx: `client_max_body_size 0;`'),
      })
    })

    test.each([
      [{ status: 200, body: { ...connection, waitedMs: 70_000 } }, 'ok', 'A response can begin after 70 s.'],
      [
        { status: 504, body: '<html>', headers: { 'content-type': 'text/html' } },
        'problem',
        'the proxy answered with status 504',
      ],
      [{ status: 200, body: { ...connection, waitedMs: 20 } }, 'warning', 'the gateway is stopping'],
      [
        { status: 429, body: { error: 'Too many.', code: 'RGW_TOO_MANY_REQUESTS' } },
        'warning',
        'answered with status 429',
      ],
    ])('with --slow, can have a timeout: %j', async (response, status, says) => {
      await loggedIn({ [`${paths.connection}?wait=70`]: response })
      const { of } = await runDoctor({}, ['--slow'])
      expect(of('timeout')).toMatchObject({ status, says: expect.stringContaining(says) })
      if (status === 'problem') expect(of('timeout')?.next).toContain('HAProxy: `timeout server 1h`')
    })
  })

  test.each([
    ['RGW_RACK_REJECTS_GATEWAY', 502, 'problem', 7],
    ['RGW_RACK_UNREACHABLE', 502, 'problem', 7],
    ['RGW_NOT_PERMITTED', 403, 'warning', 0],
  ])('reports a rack that the gateway cannot use, and no denial: %s', async (rackCode, status, finding, exit) => {
    const body = { error: 'It fails. Do this.', code: rackCode, reason: 'It fails.', next: 'Do this.' }
    await loggedIn({ [paths.rack]: { status, body } })
    const { code, of } = await runDoctor()
    expect([code, of('rack')]).toMatchObject([exit, { status: finding }])
    if (exit === 7) expect(of('rack')).toMatchObject({ says: 'It fails.', next: 'Do this.' })
  })

  test('reports that the gateway needs a newer command', async () => {
    await loggedIn({
      [paths.version]: { status: 200, body: { gateway: '9.0.0', cli: { minimum: '8.0.0', newest: '9.0.0' } } },
    })
    const { code, of, problems } = await runDoctor()
    expect([code, problems]).toEqual([1, ['versions']])
    expect(of('versions')?.next).toContain('needs 8.0.0 or newer')
  })

  test('finds that convox is missing, cannot be run, or is another program', async () => {
    await loggedIn()
    expect(await runDoctor({ CONVOX_BIN: '/nowhere/convox' })).toMatchObject({ code: 127, problems: ['convox'] })
    chmodSync(convox, 0o644)
    expect(await runDoctor()).toMatchObject({ code: 126, problems: ['convox'] })
    script('#!/nowhere/interpreter\n')
    const broken = await runDoctor()
    expect([broken.code, broken.of('convox')?.next]).toEqual([126, expect.stringContaining('Install the interpreter')])
    script('#!/bin/sh\necho rack-gateway 1.0.0\n')
    expect(await runDoctor()).toMatchObject({ code: 127, problems: ['convox'] })
    script('#!/bin/sh\nexit 3\n')
    const { code, of } = await runDoctor()
    expect([code, of('convox')]).toMatchObject([
      0,
      { status: 'warning', says: expect.stringContaining('exited with 3') },
    ])
  })

  test('runs all checks at the same time, each for at most 5 s', async () => {
    const waits = controlTimeouts()
    const never = { status: 200, delay: new Promise(() => {}) }
    await loggedIn(Object.fromEntries(Object.values(paths).map((path) => [path, never])))
    script('#!/bin/sh\nexec sleep 30\n')
    const running = runDoctor()
    const first = [paths.me, paths.version, paths.connection, paths.clock]
    await expect.poll(() => gateway?.requests.map(({ path }) => path)).toEqual(expect.arrayContaining(first))
    waits.end()
    const { code, of } = await running
    expect(code).toBe(7)
    expect(waits.milliseconds.filter((limit) => limit > 5_000)).toEqual([])
    expect(of('convox')?.says).toContain('did not end within 4.5 s')
    for (const check of ['clock', 'gateway', 'versions', 'token']) expect(of(check)?.status).not.toBe('ok')
  })

  test('shows no control characters', async () => {
    const evil = '\u001b]0;owned\u0007\u202e'
    await loggedIn({
      [paths.me]: { status: 200, body: { ...me, name: evil, kind: evil } },
      [paths.version]: { status: 200, body: { gateway: evil, cli: { minimum: evil, newest: evil } } },
      [paths.rack]: { status: 200, body: { name: evil, version: evil } },
      [paths.connection]: {
        status: 200,
        body: { ...connection, unready: [evil], host: evil, address: evil, peer: evil, forwardedFor: 'ignored' },
      },
    })
    script(`#!/bin/sh\nprintf '${evil}'\n`)
    for (const words of [['doctor'], ['doctor', '--json'], ['version']]) {
      const { stdout, stderr } = await machine.call(words, { CONVOX_BIN: convox })
      expect((stdout + stderr).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u)
    }
  })
})

test('a check that fails or does not end becomes a finding', async () => {
  expect(await withDeadline(10, new Promise(() => {}))).toMatchObject({
    status: 'problem',
    says: 'The check did not end within 0.01 s.',
  })
  expect(await withDeadline(1_000, Promise.reject(new Error('broken')))).toMatchObject({
    status: 'problem',
    says: 'The check failed: broken.',
  })
})

test('a certificate that expires within two weeks is a warning', () => {
  const certificate = { issuer: { O: 'Example', CN: 'CA 1' }, valid_to: 'Dec 25 00:00:00 2030 GMT' }
  const end = Date.UTC(2030, 11, 25)
  expect(checkCertificateExpiry(certificate, end - 13 * 86_400_000)).toMatchObject({ status: 'warning' })
  expect(checkCertificateExpiry(certificate, end - 15 * 86_400_000)).toMatchObject({
    status: 'ok',
    says: expect.stringContaining('expires in 15 days, at 2030-12-25T00:00:00.000Z. Its issuer is Example, CA 1.'),
  })
})

describe('version', () => {
  test('prints only the versions', async () => {
    const url = await loggedIn()
    const { code, stdout, stderr } = await machine.call(['version'])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^rack-gateway \d+\.\d+\.\d+\n/)
    expect(stdout).toContain(`\ngateway 0.0.1 (${url})\nrack 3.24.9 (staging)\n`)
  })

  test.each([
    [{ minimum: '8.0.0', newest: '9.0.0' }, 'needed', /needs 8\.0\.0 or newer/],
    [{ minimum: null, newest: '9.0.0' }, 'advised', /is from the release 9\.0\.0/],
    [{ minimum: '0.0.1', newest: '0.0.1' }, 'none', /^$/],
  ])('notes that the gateway needs or has another version: %j', async (cli, upgrade, warned) => {
    await loggedIn({ [paths.version]: { status: 200, body: { gateway: '9.0.0', cli } } })
    const { code, stdout, stderr } = await machine.call(['version', '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ upgrade, asked: cli })
    expect([code, stderr]).toEqual([0, expect.stringMatching(warned)])
  })

  test('offline and without a login, prints its own version, and notes the unknown ones', async () => {
    configure(unreachable)
    const offline = await machine.call(['version'])
    expect(offline.stdout).toMatch(/^rack-gateway \d+\.\d+\.\d+\n$/)
    expect(offline.stderr).toMatch(
      /The version of the gateway is unknown: .*\.\n.*The version of the rack is unknown: .*\.\n$/,
    )
    machine.configure({})
    const alone = await machine.call(['version', '--json'])
    expect(JSON.parse(alone.stdout)).toMatchObject({ upgrade: 'unknown', gateway: null, rack: null })
    expect([offline.code, alone.code]).toEqual([0, 0])
  })

  test.each(['-v', '--version'])('%s makes no request', async (flag) => {
    await loggedIn()
    expect((await machine.call([flag])).stdout).toMatch(/^rack-gateway \d+\.\d+\.\d+\n$/)
    expect(gateway?.requests).toEqual([])
  })
})
