import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { basicAuthorization } from '@rack-gateway/testing/authorization'
import {
  expiredIdentity,
  notYetValidIdentity,
  otherHostIdentity,
  otherRootCertificate as otherRoot,
  rootCertificate as root,
  serverIdentity,
} from '@rack-gateway/testing/certificates'
import { listen } from '@rack-gateway/testing/server'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { type CliProcess, startCliProcess } from '../../testing/cli-process.ts'
import { createMachine, type Machine } from '../../testing/harness.ts'
import { isListening } from '../../testing/is-listening.ts'
import { startTlsGateway, type TlsGatewayOptions } from './testing/tls-gateway.ts'

const token = 'rgs_theRealToken'
const received = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const viaRelay = /^http:\/\/convox:[\w-]{43}@127\.0\.0\.1:\d+\/rack\/staging$/

let machine: Machine
beforeEach(() => {
  machine = createMachine()
})
afterEach(() => machine.remove())

/** Starts a TLS gateway, and configures the machine for it. */
async function gateway(entry: object = {}, options: TlsGatewayOptions = {}) {
  const started = await startTlsGateway({
    onConnection: (socket) => socket.on('data', () => void socket.write(received)),
    ...options,
  })
  machine.write(join(machine.home, 'config', 'root.pem'), root)
  machine.configure({
    gateways: { staging: { url: started.origin, rack: 'staging', ca: 'root.pem', ...entry } },
    tokens: { staging: { token } },
  })
  return started
}

function run(words: readonly string[], env: NodeJS.ProcessEnv = {}) {
  return machine.callConvox(['--no-precheck', ...words], { FAKE_CONVOX: 'ask 2', ...env })
}

describe('with an https gateway, convox', () => {
  test('uses the relay: a loopback address with a new password, and the gateway gets the token', async () => {
    const started = await gateway()
    const outcome = await machine.run(['--no-precheck', 'apps'], { FAKE_CONVOX: 'ask 2' })
    expect(outcome).toMatchObject({ code: 0, stderr: '', convox: { rackUrl: expect.stringMatching(viaRelay) } })
    expect(outcome.stdout.match(/"status":200,"body":"ok"/g)).toHaveLength(2)
    const authorization = `Authorization: ${basicAuthorization(token)}\r\n`
    expect(started.received.split(authorization)).toHaveLength(3)
  })

  test.skipIf(process.platform !== 'linux').each([
    ['the file', {}],
    ['the environment', { RACK_GATEWAY_TOKEN: token, GATEWAY_RACK: 'staging' }],
  ])('does not get the token of %s in its environment or arguments', async (_where, env) => {
    const { origin } = await gateway()
    const automation = 'RACK_GATEWAY_TOKEN' in env ? { ...env, RACK_GATEWAY_URL: origin } : {}
    const { child, ended, saw } = machine.start(['--no-precheck', 'logs'], { FAKE_CONVOX: 'wait', ...automation })
    await saw('"argv"')
    const convox = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim()
    const environment = readFileSync(`/proc/${convox}/environ`, 'utf8')
    expect(environment).toContain('RACK_URL=http://convox:')
    for (const text of [environment, readFileSync(`/proc/${convox}/cmdline`, 'utf8')]) {
      expect(text).not.toContain(token)
      expect(text).not.toContain(basicAuthorization(token).slice('Basic '.length))
    }
    if (!('RACK_GATEWAY_TOKEN' in env)) expect(readFileSync(`/proc/${child.pid}/environ`, 'utf8')).not.toContain(token)
    child.kill('SIGTERM')
    expect(await ended).toMatchObject({ code: 9 })
  })

  test.skipIf(process.platform !== 'linux')('ends the relay when it ends, in each case', async () => {
    await gateway()
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      const { child, ended, saw } = machine.start(['--no-precheck', 'logs'], { FAKE_CONVOX: 'wait' })
      await saw('"argv"')
      const convox = Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8'))
      const address = /RACK_URL=([^\0]+)/.exec(readFileSync(`/proc/${convox}/environ`, 'utf8'))?.[1]
      const port = Number(new URL(address ?? '').port)
      expect(await isListening(port)).toBe(true)
      process.kill(convox, signal)
      expect(await ended).toMatchObject({ code: signal === 'SIGTERM' ? 9 : 137 })
      expect(await isListening(port)).toBe(false)
    }
  })

  const page = '<html><center>nginx</center></html>'
  const pageResponse = `HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: ${page.length}\r\n\r\n${page}`

  test('gets no page of a proxy in front of a gateway that is down', async () => {
    const { origin } = await gateway(
      {},
      { onConnection: (socket) => socket.on('data', () => void socket.write(pageResponse)) },
    )
    const { code, stdout, stderr } = await run(['apps'], { FAKE_CONVOX: 'ask 1' })
    expect(code).toBe(7)
    expect(stdout).toContain(
      '"status":502,"body":"The request to the gateway failed: a proxy (nginx) answered with status 502, because it got no response from the gateway.',
    )
    expect(stdout).not.toContain('<html>')
    expect(stderr).toBe(
      `rack-gateway: The request to ${origin} failed: a proxy (nginx) answered with status 502, because it got no response from the gateway. Try again in a minute. If it fails again, tell the operator of the gateway. For a diagnosis, run: rack-gateway doctor\n`,
    )
  })

  test('gets an error page of the rack unchanged, if the gateway itself answers', async () => {
    await gateway(
      {},
      {
        onConnection: (socket) =>
          socket.on(
            'data',
            (bytes) => void socket.write(bytes.toString().startsWith('GET /check ') ? received : pageResponse),
          ),
      },
    )
    const { code, stdout, stderr } = await run(['apps'], { FAKE_CONVOX: 'ask 1' })
    expect([code, stderr]).toEqual([1, ''])
    expect(JSON.parse(stdout.split('\n').at(-2) ?? '')).toEqual({ status: 502, body: page })
  })

  test('leaves no relay running if it is not installed', async () => {
    await gateway()
    expect(await run(['apps'], { CONVOX_BIN: '/nowhere/convox' })).toMatchObject({ code: 127 })
  })
})

describe('without the relay', () => {
  test.each([
    ['with --no-relay', ['--no-relay', 'apps'], {}],
    ['with relay: false', ['apps'], { relay: false }],
  ])('%s, convox connects directly, with a warning', async (_how, words, entry) => {
    const { origin } = await gateway(entry)
    const outcome = await run(words, { FAKE_CONVOX: 'exit 0' })
    expect(outcome).toMatchObject({ code: 0, convox: { argv: ['apps'] } })
    expect(outcome.convox?.rackUrl).toBe(`${origin.replace('://', `://convox:${token}@`)}/rack/staging`)
    expect(outcome.stderr).toBe(
      `rack-gateway: Without the relay, convox sends your token to ${origin} unverified, because it accepts any certificate.\n`,
    )
  })

  test('a gateway without TLS on this machine needs no warning', async () => {
    await gateway({ url: 'http://127.0.0.1:1' })
    const outcome = await run(['apps'], { FAKE_CONVOX: 'exit 0' })
    expect(outcome).toMatchObject({
      code: 0,
      stderr: '',
      convox: { rackUrl: `http://convox:${token}@127.0.0.1:1/rack/staging` },
    })
  })

  test('convox gets RACK_URL unchanged', async () => {
    const RACK_URL = 'https://convox:other@gateway.example.com/rack/x'
    const outcome = await run(['apps'], { FAKE_CONVOX: 'exit 0', RACK_URL })
    expect(outcome).toMatchObject({ code: 0, stderr: '', convox: { rackUrl: RACK_URL } })
  })

  test('--no-relay after the first word is a flag of convox', async () => {
    await gateway({ relay: false })
    const outcome = await run(['apps', '--no-relay'], { FAKE_CONVOX: 'exit 0' })
    expect(outcome.convox?.argv).toEqual(['apps', '--no-relay'])
  })
})

describe('a gateway that cannot be trusted', () => {
  const note = (text: string) => `rack-gateway: https://127.0.0.1:PORT cannot be trusted: its certificate ${text}\n`
  const unsent = 'Nothing was sent to it, not even your token.'
  const renew = 'Check the clock of this machine, and ask the operator of the gateway to renew the certificate.'
  const otherServer = 'If the gateway has not changed, another server may be answering in its place.'

  test.each([
    ['expired', expiredIdentity, `has expired, or the certificate of its authority has. ${unsent} ${renew}`],
    [
      'not valid yet',
      notYetValidIdentity,
      `is not valid yet, or the certificate of its authority is not. ${unsent} ${renew}`,
    ],
    [
      'for another name',
      otherHostIdentity,
      `is for elsewhere.example. ${unsent} Check the address of the gateway. ${otherServer}`,
    ],
  ])('with a certificate that is %s is noted once, and the exit code is 7', async (_what, identity, sentence) => {
    const started = await gateway({}, { identity })
    const outcome = await run(['apps'])
    expect(outcome.code).toBe(7)
    expect(outcome.stderr.replace(String(started.port), 'PORT')).toBe(note(sentence))
    expect(outcome.stdout).toContain('The certificate of the gateway cannot be trusted, so nothing was sent to it.')
    expect(started.received).toBe('')
  })

  test.each([
    ['the authority in "ca"', { ca: otherRoot }],
    ['the default authorities', { ca: undefined }],
  ])('by %s is noted with a remedy', async (_what, entry) => {
    const started = await gateway(entry)
    const outcome = await run(['apps'])
    expect(outcome.code).toBe(7)
    expect(outcome.stderr.replace(String(started.port), 'PORT')).toBe(
      note(
        `is not signed by a trusted authority. ${unsent} If the authority is your own, name its PEM file with: rack-gateway login staging --ca FILE. ${otherServer}`,
      ),
    )
    expect(started.received).toBe('')
  })

  test('does not matter to a command without a request', async () => {
    await gateway({}, { identity: expiredIdentity })
    expect(await run(['help'], { FAKE_CONVOX: 'exit 0' })).toMatchObject({ code: 0, stderr: '' })
  })
})

describe('a gateway that cannot be reached', () => {
  test('is an error with exit code 7', async () => {
    await gateway({ url: 'https://127.0.0.1:1' })
    const outcome = await run(['apps'])
    expect(outcome).toMatchObject({
      code: 7,
      stderr:
        'rack-gateway: https://127.0.0.1:1 cannot be reached: nothing listens at 127.0.0.1:1 (ECONNREFUSED). Check the address, and whether the server runs. For a diagnosis, run: rack-gateway doctor\n',
    })
    expect(outcome.stdout).toContain('The gateway cannot be reached: nothing listens at 127.0.0.1:1')
  })

  test('because the server does not speak TLS is an error that says so', async () => {
    const plain = await startPlain()
    await gateway({ url: `https://127.0.0.1:${plain}` })
    const outcome = await run(['apps'])
    expect(outcome.code).toBe(7)
    expect(outcome.stderr).toContain('cannot be reached: the server does not speak TLS')
  })
})

const me = {
  id: '01890a5d-ac96-774b-bcce-b302099a8057',
  name: 'ada',
  kind: 'user',
  rack: null,
  expiresAt: '2096-10-02T07:06:40Z',
  racks: ['staging'],
  roles: [],
}
/** Answers each request as the gateway answers `/me`. */
const known: TlsGatewayOptions = {
  onConnection(socket) {
    const body = JSON.stringify(me)
    socket.once('data', () => socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`))
  },
}

async function startPlain(): Promise<number> {
  const { port, close } = await listen(createServer((_request, response) => void response.end()))
  onTestFinished(close)
  return port
}

describe('the trusted authority', () => {
  /** A process that trusts the test authority by NODE_EXTRA_CA_CERTS. */
  let trusting: CliProcess
  let home: string
  let rootFile: string
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'rack-gateway-authorities-'))
    rootFile = join(home, 'elsewhere.pem')
    writeFileSync(rootFile, root)
    trusting = startCliProcess({ NODE_EXTRA_CA_CERTS: rootFile })
  })
  afterAll(async () => {
    await trusting.stop()
    rmSync(home, { recursive: true })
  })

  test.each([
    ['is in "ca", as a path relative to the file', { ca: 'root.pem' }, () => ({})],
    ['is in "ca", as text', { ca: root }, () => ({})],
    ["is among the system's", { ca: undefined }, () => ({ SSL_CERT_FILE: rootFile })],
  ])('%s', async (_where, entry, env) => {
    await gateway(entry)
    expect(await run(['apps'], env())).toMatchObject({ code: 0, stderr: '' })
  })

  test('is in NODE_EXTRA_CA_CERTS', async () => {
    await gateway({ ca: undefined })
    expect(await trusting.call(machine, ['--no-precheck', 'apps'], { FAKE_CONVOX: 'ask 2' })).toMatchObject({
      code: 0,
      stderr: '',
    })
  })

  test.each([
    ['the relay', ['--no-precheck', 'apps']],
    ['the check before convox', ['apps']],
    ['whoami', ['whoami']],
    ['can', ['can', 'apps']],
    ['an audit search', ['audit', 'search']],
    ['logout', ['logout', 'staging']],
    ['a new login with a token', ['login', 'staging', '--token', token]],
    ['a new login with a code', ['login', 'staging', '--no-browser']],
    ['a login with another name at the same address', ['login', 'production', '', '--no-browser']],
    ['another name at the same address', ['whoami', '--rack', 'eu']],
  ])('is only that of "ca" if it is set: %s', async (_what, words) => {
    const started = await gateway({}, { onConnection: (socket) => void socket.on('data', () => socket.end(received)) })
    const renewable = { token, renew_at: '2020-01-01T00:00:00Z' }
    const typed = words.map((word) => word || started.origin)
    for (const [ca, trusted] of [
      [otherRoot, false],
      [root, true],
    ] as const) {
      machine.configure({
        gateways: {
          eu: { url: started.origin, rack: 'eu' },
          staging: { url: started.origin, rack: 'staging', ca },
        },
        sessions: { [started.origin]: renewable },
        current: 'staging',
      })
      await trusting.call(machine, typed, { FAKE_CONVOX: 'ask 2' })
      expect(started.received !== '').toBe(trusted)
    }
  })

  test('is removed when a name moves to another gateway', async () => {
    const started = await gateway({ ca: otherRoot, relay: false })
    const moved = await startTlsGateway({
      onConnection: (socket) =>
        socket.once('data', () => socket.end(`HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n`)),
    })
    await trusting.call(machine, ['login', 'staging', moved.origin, '--as-rack', 'staging', '--token', token])
    expect(started.received).toBe('')
    expect(machine.config()).toMatchObject({ gateways: { staging: { url: moved.origin, rack: 'staging' } } })
    expect(JSON.stringify(machine.config())).not.toMatch(/"ca"|"relay"/)
  })

  describe('of login --ca', () => {
    const login = (url: string, ca: string, ...more: string[]) =>
      machine.call(['login', 'staging', url, '--token', token, '--ca', ca, ...more])

    test('can be a path relative to the working directory, which is stored as an absolute path', async () => {
      const started = await startTlsGateway(known)
      machine.write(join(machine.cwd, 'company.pem'), root)
      expect(await login(started.origin, 'company.pem')).toMatchObject({ code: 0, stderr: '' })
      const kept = { rack: 'staging', ca: join(machine.cwd, 'company.pem') }
      expect(machine.config()).toMatchObject({ gateways: { staging: { url: started.origin, ...kept } } })
      expect(await machine.call(['whoami'])).toMatchObject({ code: 0, stdout: expect.stringContaining('ada (user)') })
      expect(await run(['apps'])).toMatchObject({ code: 0, stderr: '' })
    })

    test('is used before any token is sent, and nothing is stored if another authority has signed the certificate', async () => {
      const started = await startTlsGateway(known)
      machine.write(join(machine.cwd, 'company.pem'), otherRoot)
      for (const more of [[], ['--insecure'], ['--as-rack', 'staging']]) {
        const outcome = await trusting.call(
          machine,
          ['login', 'staging', started.origin, '--token', token, '--ca', 'company.pem', ...more],
          { SSL_CERT_FILE: rootFile },
        )
        expect(outcome).toMatchObject({ code: 7, stderr: expect.stringContaining('cannot be trusted') })
      }
      expect(started.received).toBe('')
      expect(() => machine.config()).toThrow('ENOENT')
    })

    test('replaces the authority in the file', async () => {
      const started = await gateway({ ca: otherRoot }, known)
      const company = join(machine.cwd, 'company.pem')
      machine.write(company, root)
      expect(await login('', company)).toMatchObject({ code: 2 })
      expect(await login(started.origin, company)).toMatchObject({ code: 0 })
      expect(machine.config()).toMatchObject({ gateways: { staging: { ca: company } } })
    })

    test.each([
      ['missing.pem', /--ca names a file that cannot be read: .+\. Pass a PEM file/],
      ['empty.pem', /--ca contains no certificate\. Pass a PEM file/],
      ['.', /--ca names something that is not a file/],
    ])('is rejected before any request if it cannot be used: %j', async (ca, sentence) => {
      const started = await startTlsGateway(known)
      machine.write(join(machine.cwd, 'empty.pem'), 'nothing')
      const outcome = await login(started.origin, ca)
      expect(outcome).toMatchObject({ code: 2, stderr: expect.stringMatching(sentence) })
      expect(started.connections).toEqual([])
    })

    test('is rejected for a gateway without a certificate', async () => {
      expect(await login('http://127.0.0.1:1', 'company.pem')).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('--ca is for https://'),
      })
    })
  })

  test('is used by whoami, and by the check before convox', async () => {
    const started = await gateway({}, known)
    expect(await machine.call(['whoami'])).toMatchObject({ code: 0, stdout: expect.stringContaining('ada (user)') })
    expect(started.received).toContain(`Bearer ${token}`)
    await machine.callConvox(['apps'])
    expect(started.received).toContain('GET /gateway/api/v1/policy/effective?rack=staging HTTP/1.1')
  })

  test('is only that of "ca" if it is set, and the exit code is 7 for another one', async () => {
    await gateway({ ca: otherRoot })
    expect(await trusting.call(machine, ['--no-precheck', 'apps'], { FAKE_CONVOX: 'ask' })).toMatchObject({ code: 7 })
  })

  test.each([
    ['missing.pem', /^rack-gateway: "ca" of gateways\.staging in \S+ names a file that cannot be read: .+\. Set it to/],
    ['config.json', /contains no certificate\. Set it to the path of a PEM file/],
    ['', /contains no certificate/],
    [serverIdentity.cert.replace(/[A-Za-z]{9}/, '!!!!!!!!!'), /\. Set it to/],
  ])('cannot be read from %j: exit code 78, and convox does not start', async (ca, sentence) => {
    await gateway({ ca })
    const outcome = await run(['apps'])
    expect(outcome).toMatchObject({ code: 78, convox: null })
    expect(outcome.stderr).toMatch(sentence)
    expect(outcome.stderr.split('\n')).toHaveLength(2)
  })
})
