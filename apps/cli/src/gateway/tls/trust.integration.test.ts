import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { otherRootCertificate as otherRoot, rootCertificate as root } from '@rack-gateway/testing/certificates'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { startTlsGateway, type TlsGateway } from '../../convox/relay/testing/tls-gateway.ts'
import { createMachine, type Machine } from '../../testing/harness.ts'

const token = 'rgs_theRealToken'
const response = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

let machine: Machine
let gateway: TlsGateway
/** Acts as Ctrl-C when the gateway gets a request: `audit tail` does not end by itself. */
let interruption: AbortController
beforeEach(async () => {
  interruption = new AbortController()
  machine = createMachine()
  gateway = await startTlsGateway({
    onConnection: (socket) =>
      socket.on('data', () => {
        socket.end(response)
        interruption.abort()
      }),
  })
})
afterEach(() => {
  vi.unstubAllEnvs()
  machine.remove()
})

/** Configures a gateway with a session that is due for renewal by default. */
function configure({ ca, renewalDue = true }: { readonly ca?: string; readonly renewalDue?: boolean } = {}): void {
  const { origin: url } = gateway
  machine.configure({
    gateways: { staging: { url, rack: 'staging', ...(ca !== undefined && { ca }) } },
    sessions: { [url]: { token, ...(renewalDue && { renew_at: '2020-01-01T00:00:00Z' }) } },
  })
}

/** @returns the path of a new PEM file */
function writePem(name: string, text: string): string {
  const path = join(machine.home, name)
  writeFileSync(path, text)
  return path
}

interface RequestCase {
  readonly words: (origin: string) => readonly string[]
  /** The path of the first request. */
  readonly path: string
  readonly env?: (origin: string) => NodeJS.ProcessEnv
}

const api = '/gateway/api/v1'
const renewal = `${api}/session/renewal`
const automation = (origin: string) => ({ RACK_GATEWAY_URL: origin, RACK_GATEWAY_TOKEN: token })
const job = () => ({ RACK_GATEWAY_ID_TOKEN: 'a.b.c' })

const cases: Readonly<Record<string, RequestCase>> = {
  'a login with a token': { words: () => ['login', 'staging', '--token', token], path: `${api}/me` },
  'a login with a code': { words: () => ['login', 'staging', '--no-browser'], path: `${api}/cli-logins/device` },
  'a login under another name': {
    words: (origin) => ['login', 'production', origin, '--token', 'rgt_x'],
    path: `${api}/me`,
  },
  'a logout': { words: () => ['logout', 'staging'], path: `${api}/sessions?user=me` },
  'a renewal': { words: () => ['url'], path: renewal },
  whoami: { words: () => ['whoami'], path: `${api}/me` },
  'the rack of a pipeline': { words: () => ['racks'], path: `${api}/me`, env: automation },
  version: { words: () => ['version'], path: renewal },
  doctor: { words: () => ['doctor'], path: '/check' },
  can: { words: () => ['can', 'apps'], path: renewal },
  'a policy': { words: () => ['policy', 'diff', '@in-force', '@in-force'], path: renewal },
  tokens: { words: () => ['tokens'], path: `${api}/tokens`, env: automation },
  users: { words: () => ['users'], path: `${api}/users`, env: automation },
  bindings: { words: () => ['bindings'], path: `${api}/bindings`, env: automation },
  sessions: { words: () => ['sessions'], path: `${api}/sessions`, env: automation },
  'an audit search': { words: () => ['audit', 'search'], path: `${api}/audit/events`, env: automation },
  'an audit tail': { words: () => ['audit', 'tail'], path: `${api}/audit/`, env: automation },
  'the completion of app names': {
    words: () => ['completion', 'words', '--', 'ps', '--app', ''],
    path: '/rack/staging/apps',
    env: (origin) => ({ ...automation(origin), GATEWAY_RACK: 'staging' }),
  },
  'a CI job': { words: (origin) => ['ci', 'login', origin], path: `${api}/workload-sessions`, env: job },
}

describe.each(Object.entries(cases))('%s', (_, { words, path, env = () => ({}) }) => {
  const run = () =>
    machine.call(words(gateway.origin), env(gateway.origin), '', { interruption: () => interruption.signal })

  test("trusts the system's authorities, as the relay does", async () => {
    configure()
    vi.stubEnv('SSL_CERT_FILE', writePem('system.pem', root))
    await run()
    expect(gateway.received).toContain(` ${path}`)
  })

  test('sends nothing if no trusted authority signed the certificate', async () => {
    configure()
    vi.stubEnv('SSL_CERT_FILE', writePem('system.pem', otherRoot))
    await run()
    expect(gateway.received).toBe('')
  })

  test.skipIf(/RACK_GATEWAY_(URL|ID)/.test(JSON.stringify(env('https://x'))))(
    'trusts only "ca" if it is configured',
    async () => {
      vi.stubEnv('SSL_CERT_FILE', writePem('system.pem', root))
      configure({ ca: otherRoot })
      await run()
      expect(gateway.received).toBe('')
      vi.stubEnv('SSL_CERT_FILE', writePem('system.pem', otherRoot))
      configure({ ca: root })
      await run()
      expect(gateway.received).toContain(` ${path}`)
    },
  )
})

test('the remedy names the address if needed, and never a login that would replace an API token', async () => {
  const { origin: url } = gateway
  const editRemedy = `name its PEM file as "ca" of gateways.staging in ${machine.configPath}. `
  const loginRemedy = (command: string) => `name its PEM file with: rack-gateway ${command} --ca FILE. `
  const stderrOf = async (...words: readonly string[]) => (await machine.call(words)).stderr
  const withCredential = async (own: object) => {
    machine.configure({ gateways: { staging: { url, rack: 'staging' } }, tokens: { staging: { url, ...own } } })
    return stderrOf('login', 'staging', '--token', token)
  }
  expect(await stderrOf('login', 'staging', url, '--token', token)).toContain(loginRemedy(`login staging ${url}`))
  expect(await stderrOf('login', 'staging', url, '--token', token, '--ca', writePem('other.pem', otherRoot))).toContain(
    loginRemedy(`login staging ${url}`),
  )
  const short = loginRemedy('login staging')
  const confirmed = { at: '2026-01-01T00:00:00Z', rack: null, racks: [], roles: [] }
  expect(await withCredential({ token })).toContain(short)
  expect(await withCredential({ kept_in: 'keychain', confirmed: { ...confirmed, kind: 'user' } })).toContain(short)
  for (const own of [
    { token: 'rgt_x' },
    { token: 'rgw_x' },
    { kept_in: 'keychain', confirmed: { ...confirmed, kind: 'api-token' } },
    { kept_in: 'keychain' },
  ])
    expect(await withCredential(own)).toContain(editRemedy)
  // With another address, the name counts as new.
  machine.configure({ gateways: { staging: { url: 'https://gateway.example.com', rack: 'staging' } } })
  expect(await stderrOf('login', 'staging', url, '--token', token)).toContain(loginRemedy(`login staging ${url}`))
})

describe('the whole program', { timeout: 180_000 }, () => {
  test.each([
    ['NODE_EXTRA_CA_CERTS', ['whoami'], `${api}/me`],
    ['SSL_CERT_FILE', ['whoami'], `${api}/me`],
    ['NODE_EXTRA_CA_CERTS', ['apps'], `${api}/policy/effective?rack=staging`],
    ['SSL_CERT_FILE', ['apps'], `${api}/policy/effective?rack=staging`],
  ])('reads authorities from %s: %j', async (variable, words, path) => {
    configure()
    await machine.run(words, { [variable]: writePem('own.pem', root) })
    expect(gateway.received).toContain(`GET ${path} `)
  })

  test('every command reports the same certificate error, and a login stores nothing', async () => {
    configure({ renewalDue: false })
    const stderr = `rack-gateway: ${gateway.origin} cannot be trusted: its certificate is not signed by a trusted authority. Nothing was sent to it, not even your token. If the authority is your own, name its PEM file with: rack-gateway login staging --ca FILE. If the gateway has not changed, another server may be answering in its place.\n`
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
      expect(await machine.run(words, { FAKE_CONVOX: 'ask' })).toMatchObject({ code: 7, stderr })
    expect([gateway.received, machine.config()]).toEqual(['', before])
  })
})
