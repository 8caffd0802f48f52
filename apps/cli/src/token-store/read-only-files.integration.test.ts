import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type FakeGateway, startFakeGateway } from '../testing/fake-gateway.ts'
import { writeFakeKeychains } from '../testing/fake-keychains.ts'
import { createMachine, type Machine, type Outcome } from '../testing/harness.ts'

const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString()
const me = {
  id: '01890a5d-ac96-774b-bcce-b302099a8057',
  name: 'ada@example.com',
  kind: 'user',
  rack: null,
  expiresAt: inHours(300),
  racks: ['staging', 'production'],
  roles: ['deployer'],
}
/** Root can write read-only files, so the program runs as another user. */
const unprivilegedUser = process.getuid?.() === 0 ? 65_534 : undefined

let machine: Machine
let gateway: FakeGateway
beforeEach(async () => {
  machine = createMachine()
  gateway = await startFakeGateway({ status: 200, body: me })
})
afterEach(async () => {
  await gateway.close()
  machine.remove()
})

function chownHome(): void {
  if (unprivilegedUser !== undefined)
    execFileSync('chown', ['-R', `${unprivilegedUser}:${unprivilegedUser}`, machine.home])
}

function run(words: readonly string[], env?: NodeJS.ProcessEnv): Promise<Outcome> {
  const { child, ended } = machine.start(words, env, unprivilegedUser)
  child.stdin?.end()
  return ended
}

const addressOf = (rack: string, token: string) => `${gateway.url.replace('//', `//convox:${token}@`)}/rack/${rack}`
const session = (more: object = {}) => ({
  gateways: { staging: { url: gateway.url }, production: { url: gateway.url } },
  sessions: { [gateway.url]: { token: 'rgs_ada', expires_at: inHours(300), ...more } },
  current: 'staging',
})

describe('with a read-only file and directory', () => {
  beforeEach(() => {
    machine.configure(session({ renew_at: inHours(-1) }))
    chmodSync(machine.configPath, 0o400)
    chownHome()
    chmodSync(dirname(machine.configPath), 0o500)
  })

  test('commands run, and no session is renewed, because its token could not be stored', async () => {
    const outcome = await run(['apps'])
    expect(outcome).toMatchObject({ code: 0, convox: { rackUrl: addressOf('staging', 'rgs_ada') } })
    expect((await run(['whoami'])).code).toBe(0)
    expect((await run(['url'])).stdout).toBe(`${addressOf('staging', 'rgs_ada')}\n`)
    expect(await run(['url'], { GITHUB_ACTIONS: 'true' })).toMatchObject({
      stdout: `${addressOf('staging', 'rgs_ada')}\n`,
      stderr: '::add-mask::rgs_ada\n',
    })
    expect(gateway.requests.map(({ path }) => path)).not.toContain('/gateway/api/v1/session/renewal')
  })

  test.each([[['switch', 'production']], [['logout', 'staging']], [['login', 'production', '--no-browser']]])(
    '%j fails with one message, and changes nothing',
    async (words) => {
      const before = readFileSync(machine.configPath, 'utf8')
      const outcome = await run(words)
      expect(outcome).toMatchObject({ code: 78, stdout: '' })
      expect(outcome.stderr).toMatch(
        /^rack-gateway: \S+ cannot be written: permission denied\. Check its owner, its permissions, and the free disk space\.\n$/,
      )
      expect(readFileSync(machine.configPath, 'utf8')).toBe(before)
      expect(readdirSync(dirname(machine.configPath))).toEqual(['config.json'])
      expect(gateway.requests).toEqual([])
    },
  )
})

describe('with a read-only home', () => {
  beforeEach(() => {
    chownHome()
    chmodSync(machine.home, 0o500)
  })
  afterEach(() => chmodSync(machine.home, 0o700))

  test('login fails before it asks the gateway', async () => {
    for (const how of [['--no-browser'], ['--token', 'rgs_x']]) {
      const outcome = await run(['login', 'staging', gateway.url, ...how])
      expect(outcome).toMatchObject({ code: 78, stderr: expect.stringContaining('cannot be written') })
    }
    expect([gateway.requests, existsSync(dirname(machine.configPath))]).toEqual([[], false])
  })

  test('automation works', async () => {
    const env = { RACK_GATEWAY_URL: gateway.url, RACK_GATEWAY_TOKEN: 'rgt_ci', GATEWAY_RACK: 'staging' }
    expect((await run(['apps'], env)).convox?.rackUrl).toBe(addressOf('staging', 'rgt_ci'))
    expect((await run(['whoami', '--json'], env)).code).toBe(0)
  })
})

/** The answer to every request of a login with a code. */
const loggedIn = (session: object) => ({
  status: 200,
  body: {
    ...me,
    code: 'WDJB-MJHT',
    address: `${gateway.url}/gateway/device`,
    secret: 's',
    intervalSeconds: 1,
    status: 'done',
    session,
  },
})

test('a session that cannot be stored is revoked, if the file breaks during the login', async () => {
  chownHome()
  const { child, ended, noted } = machine.start(['login', 'staging', gateway.url, '--no-browser'], {}, unprivilegedUser)
  child.stdin?.end()
  const id = '1b4f0c9e-6d2a-4c57-9f0e-2f1f5d1c7a35'
  gateway.response = loggedIn({ id, token: 'rgs_new', expiresAt: inHours(300), renewAt: inHours(150) })
  await noted('Do not send it to anyone.')
  machine.configure('broken meanwhile')
  chownHome()
  const outcome = await ended
  expect(outcome).toMatchObject({ code: 78, stderr: expect.stringContaining('is invalid') })
  expect(gateway.requests.at(-1)).toEqual({ authorization: 'Bearer rgs_new', path: `/gateway/api/v1/sessions/${id}` })
})

test('if the directory becomes read-only during a login, the keychain keeps its token and the new session is revoked', async () => {
  const keychain = writeFakeKeychains(join(machine.home, 'bin'), machine.home)
  chownHome()
  const env = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere', RACK_GATEWAY_TOKEN_STORE: 'keychain' }
  const first = machine.start(['login', 'staging', gateway.url, '--token', 'rgs_ada'], env, unprivilegedUser)
  expect(await first.ended).toMatchObject({ code: 0 })
  const written = readFileSync(machine.configPath, 'utf8')
  const directory = dirname(machine.configPath)
  const id = '1b4f0c9e-6d2a-4c57-9f0e-2f1f5d1c7a35'
  gateway.response = loggedIn({ id, token: 'rgs_new', expiresAt: inHours(300), renewAt: inHours(150) })
  const login = ['login', 'staging', '--no-browser']
  const outcome = await run(login, { ...env, FAKE_KEYCHAIN: `sealing ${directory}` })
  chmodSync(directory, 0o700)
  expect(outcome).toMatchObject({ code: 78, stderr: expect.stringContaining('cannot be written: permission denied') })
  expect(keychain.calls().some(({ stdin }) => stdin === 'rgs_new')).toBe(true)
  expect(keychain.items()).toEqual({ [gateway.url]: 'rgs_ada' })
  expect(readFileSync(machine.configPath, 'utf8')).toBe(written)
  expect(gateway.requests.at(-1)).toEqual({ authorization: 'Bearer rgs_new', path: `/gateway/api/v1/sessions/${id}` })
  expect((await run(['url'], env)).stdout).toBe(`${addressOf('staging', 'rgs_ada')}\n`)
})

test('processes with different names renew their shared session only once', async () => {
  const renewed = { token: `rgs_${'N'.repeat(63)}`, expiresAt: inHours(720), renewAt: inHours(360) }
  gateway.response = { status: 200, body: renewed }
  machine.configure(session({ renew_at: inHours(-1) }))
  const outcomes = await Promise.all(
    ['staging', 'production', 'staging', 'production'].map((rack) => machine.run(['url', '--rack', rack])),
  )
  const racks = ['staging', 'production', 'staging', 'production']
  expect(outcomes.map(({ stdout }) => stdout)).toEqual(racks.map((rack) => `${addressOf(rack, renewed.token)}\n`))
  expect(gateway.requests.map(({ path }) => path)).toEqual(['/gateway/api/v1/session/renewal'])
  expect(machine.config()).toMatchObject({ sessions: { [gateway.url]: { token: renewed.token } } })
})
