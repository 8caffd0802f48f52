import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { otherRootCertificate as otherRoot, rootCertificate as root } from '@rack-gateway/testing/certificates'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { startTlsGateway, type TlsGateway } from '../../convox/relay/testing/tls-gateway.ts'
import { createMachine, type Machine } from '../../testing/harness.ts'

const token = 'rgs_theRealToken'
const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

let machine: Machine
let gateway: TlsGateway
/** As Ctrl-C, once the gateway was asked: a log may be followed for ever. */
let asked: AbortController
beforeEach(async () => {
  asked = new AbortController()
  machine = createMachine()
  gateway = await startTlsGateway({
    onConnection: (socket) =>
      socket.on('data', () => {
        socket.end(answer)
        asked.abort()
      }),
  })
})
afterEach(() => {
  vi.unstubAllEnvs()
  machine.remove()
})

/** Somebody whose session is due to be renewed, unless it isn't. */
function configure({ ca, due = true }: { readonly ca?: string; readonly due?: boolean } = {}): void {
  const { origin: url } = gateway
  machine.configure({
    gateways: { staging: { url, rack: 'staging', ...(ca !== undefined && { ca }) } },
    sessions: { [url]: { token, ...(due && { renew_at: '2020-01-01T00:00:00Z' }) } },
  })
}

/** A PEM file. */
function pem(name: string, text: string): string {
  const path = join(machine.home, name)
  writeFileSync(path, text)
  return path
}

interface Kind {
  readonly words: (origin: string) => readonly string[]
  /** The first that is asked for. */
  readonly path: string
  readonly env?: (origin: string) => NodeJS.ProcessEnv
}

const api = '/gateway/api/v1'
const renewal = `${api}/session/renewal`
const automation = (origin: string) => ({ RACK_GATEWAY_URL: origin, RACK_GATEWAY_TOKEN: token })
const job = () => ({ RACK_GATEWAY_ID_TOKEN: 'a.b.c' })

const kinds: Readonly<Record<string, Kind>> = {
  'a login with a token': { words: () => ['login', 'staging', '--token', token], path: `${api}/me` },
  'a login by a code': { words: () => ['login', 'staging', '--no-browser'], path: `${api}/cli-logins/device` },
  'a login by another name': {
    words: (origin) => ['login', 'production', origin, '--token', 'rgt_x'],
    path: `${api}/me`,
  },
  'the end of a session': { words: () => ['logout', 'staging'], path: `${api}/sessions?user=me` },
  'a renewal': { words: () => ['url'], path: renewal },
  whoami: { words: () => ['whoami'], path: `${api}/me` },
  'the only rack of a pipeline': { words: () => ['racks'], path: `${api}/me`, env: automation },
  version: { words: () => ['version'], path: renewal },
  doctor: { words: () => ['doctor'], path: '/check' },
  can: { words: () => ['can', 'apps'], path: renewal },
  'a policy': { words: () => ['policy', 'diff', '@in-force', '@in-force'], path: renewal },
  tokens: { words: () => ['tokens'], path: `${api}/tokens`, env: automation },
  users: { words: () => ['users'], path: `${api}/users`, env: automation },
  bindings: { words: () => ['bindings'], path: `${api}/bindings`, env: automation },
  sessions: { words: () => ['sessions'], path: `${api}/sessions`, env: automation },
  'an audit search': { words: () => ['audit', 'search'], path: `${api}/audit/events`, env: automation },
  'an audit that is followed': { words: () => ['audit', 'tail'], path: `${api}/audit/`, env: automation },
  'names of apps': {
    words: () => ['completion', 'words', '--', 'ps', '--app', ''],
    path: '/rack/staging/apps',
    env: (origin) => ({ ...automation(origin), GATEWAY_RACK: 'staging' }),
  },
  'a CI job': { words: (origin) => ['ci', 'login', origin], path: `${api}/workload-sessions`, env: job },
}

describe.each(Object.entries(kinds))('%s', (_, { words, path, env = () => ({}) }) => {
  const ask = () => machine.call(words(gateway.origin), env(gateway.origin), '', { interruption: () => asked.signal })

  test("goes by the system's authorities, as the relay does", async () => {
    configure()
    vi.stubEnv('SSL_CERT_FILE', pem('system.pem', root))
    await ask()
    expect(gateway.received).toContain(` ${path}`)
  })

  test('is not sent where nobody who counts has signed the certificate', async () => {
    configure()
    vi.stubEnv('SSL_CERT_FILE', pem('system.pem', otherRoot))
    await ask()
    expect(gateway.received).toBe('')
  })

  test.skipIf(/RACK_GATEWAY_(URL|ID)/.test(JSON.stringify(env('https://x'))))(
    'goes by "ca" alone where that is given',
    async () => {
      vi.stubEnv('SSL_CERT_FILE', pem('system.pem', root))
      configure({ ca: otherRoot })
      await ask()
      expect(gateway.received).toBe('')
      vi.stubEnv('SSL_CERT_FILE', pem('system.pem', otherRoot))
      configure({ ca: root })
      await ask()
      expect(gateway.received).toContain(` ${path}`)
    },
  )
})

test('says how to name an authority without the loss of an API token, and with the address where it is needed', async () => {
  const { origin: url } = gateway
  const entry = (name: string) => `name its PEM file as "ca" of gateways.${name} in ${machine.configPath}`
  const said = async (...words: readonly string[]) => (await machine.call(words)).stderr
  const kept = async (own: object) => {
    machine.configure({ gateways: { staging: { url, rack: 'staging' } }, tokens: { staging: { url, ...own } } })
    return said('login', 'staging', '--token', token)
  }
  expect(await said('login', 'staging', url, '--token', token)).toContain(
    `${entry('staging')}, which rack-gateway login staging ${url} --ca FILE does;`,
  )
  expect(await said('login', 'staging', url, '--token', token, '--ca', pem('other.pem', otherRoot))).toContain(
    `${entry('staging')}, which rack-gateway login staging ${url} --ca FILE does;`,
  )
  const short = `${entry('staging')}, which rack-gateway login staging --ca FILE does;`
  const confirmed = { at: '2026-01-01T00:00:00Z', rack: null, racks: [], roles: [] }
  expect(await kept({ token })).toContain(short)
  expect(await kept({ kept_in: 'keychain', confirmed: { ...confirmed, kind: 'user' } })).toContain(short)
  for (const own of [
    { token: 'rgt_x' },
    { token: 'rgw_x' },
    { kept_in: 'keychain', confirmed: { ...confirmed, kind: 'api-token' } },
    { kept_in: 'keychain' },
  ])
    expect(await kept(own)).toContain(`${entry('staging')}; `)
  // Moved to another address, the name is as a new one.
  machine.configure({ gateways: { staging: { url: 'https://gateway.example.com', rack: 'staging' } } })
  expect(await said('login', 'staging', url, '--token', token)).toContain(`login staging ${url} --ca FILE does;`)
})

describe('the whole program', { timeout: 180_000 }, () => {
  test.each([
    ['NODE_EXTRA_CA_CERTS', ['whoami'], `${api}/me`],
    ['SSL_CERT_FILE', ['whoami'], `${api}/me`],
    ['NODE_EXTRA_CA_CERTS', ['apps'], `${api}/policy/effective?rack=staging`],
    ['SSL_CERT_FILE', ['apps'], `${api}/policy/effective?rack=staging`],
  ])('finds an authority by %s: %j', async (variable, words, path) => {
    configure()
    await machine.run(words, { [variable]: pem('own.pem', root) })
    expect(gateway.received).toContain(`GET ${path} `)
  })

  test('says the same of a certificate whoever asks, and keeps nothing of a login', async () => {
    configure({ due: false })
    const says = `rack-gateway: ${gateway.origin} can't be trusted: its certificate is not signed by an authority that is known here. Your token was not sent, nor was anything else: if that is an authority of your own, name its PEM file as "ca" of gateways.staging in ${machine.configPath}, which rack-gateway login staging --ca FILE does; if the gateway has not changed, someone else may be answering in its place\n`
    const before = machine.config()
    for (const words of [
      ['--no-precheck', 'apps'],
      ['whoami'],
      ['can', 'apps'],
      ['audit', 'search'],
      ['audit', 'tail'],
      ['login', 'staging', '--token', token],
      ['login', 'staging', '--no-browser'],
    ])
      expect(await machine.run(words, { FAKE_CONVOX: 'ask' })).toMatchObject({ code: 7, stderr: says })
    expect([gateway.received, machine.config()]).toEqual(['', before])
  })
})
