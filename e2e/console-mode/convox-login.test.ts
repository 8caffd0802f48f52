import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createMachine, type Machine } from '../support/convox/machine.ts'
import { type System, startSystem } from '../support/gateway/system.ts'
import { builtCommand } from '../support/processes.ts'
import { callInConsoleMode, listHeaders } from './console-calls.ts'

const native = process.env.CONVOX_BIN ?? null
const day = 86_400_000

let system: System
let machine: Machine
let host: string
let pipeline: string
beforeAll(async () => {
  system = await startSystem({ publicUrl: 'own', rackNames: ['staging', 'production'] })
  host = new URL(system.url).host
  pipeline = await system.pipelineToken()
})
afterAll(() => system.stop())
beforeEach(async () => {
  machine = createMachine(native)
  await logIn(await system.token('deployer'))
})
afterEach(() => machine.remove())

const rackGateway = (...words: string[]) => machine.run(...builtCommand('rack-gateway', words))
async function logIn(token: string): Promise<void> {
  for (const rack of ['staging', 'production'])
    expect(await rackGateway('login', rack, system.url, '--token', token)).toMatchObject({ code: 0 })
}
const settings = () => join(machine.home, 'convox')
const has = (name: string) => existsSync(join(settings(), name))
const read = (name: string) => readFileSync(join(settings(), name), 'utf8')
function write(name: string, text: string): void {
  mkdirSync(settings(), { recursive: true, mode: 0o700 })
  writeFileSync(join(settings(), name), text, { mode: 0o600 })
}
const tokenOfConvox = (): string => JSON.parse(read('auth'))[host]
const ruleFor = async (token: string) =>
  ((await callInConsoleMode(system, 'GET /auth', token)).json as { rule?: string }).rule ?? null

test('writes the settings of the stock CLI, with a session of its own', async () => {
  const { code, stdout, stderr } = await rackGateway('convox-login', '--rack', 'production')
  expect([code, stderr]).toEqual([
    0,
    'rack-gateway: convox stores its token in plain text, and does not verify the certificate of the gateway.\n',
  ])
  expect(stdout).toMatch(
    /^convox is logged in to \S+ until [\dT:.-]+Z\.\nIts current rack is gateway\/production\.\nThe gateway has no TLS\. Set X_DEV_ALLOW_HTTP=true for convox\.\n$/,
  )
  expect(read('console')).toBe(host)
  expect(JSON.parse(read('current'))).toEqual({ name: 'gateway/production', type: 'console' })
  expect(readdirSync(settings()).map((name) => statSync(join(settings(), name)).mode & 0o777)).toEqual([
    0o600, 0o600, 0o600,
  ])
  const racks = await callInConsoleMode(system, 'GET /racks', tokenOfConvox(), listHeaders)
  expect(racks.json).toHaveLength(2)
  const [session] = JSON.parse((await rackGateway('sessions', 'list', '--json')).stdout).filter(
    ({ device }: { device: string }) => device.startsWith('convox on '),
  )
  expect(Date.parse(session.expiresAt) - Date.parse(session.createdAt)).toBeLessThanOrEqual(day + 1_000)
})

test('prints its result as JSON, and never the token', async () => {
  const { stdout, stderr } = await rackGateway('convox-login', '--json')
  expect(JSON.parse(stdout)).toEqual({
    host,
    rack: 'gateway/staging',
    expiresAt: expect.any(String),
    settings: settings(),
  })
  expect(`${stdout}${stderr}`).not.toContain(tokenOfConvox())
})

test('says only once that the token is in plain text, and ends the session before', async () => {
  await rackGateway('convox-login')
  const first = tokenOfConvox()
  expect(await rackGateway('convox-login')).toMatchObject({ code: 0, stderr: '' })
  expect(tokenOfConvox()).not.toBe(first)
  await expect.poll(() => ruleFor(first)).toBe('ended-session')
  expect(await ruleFor(tokenOfConvox())).toBe(null)
})

test('keeps the entries of other hosts', async () => {
  write('auth', '{"console.example.com":"theirs"}')
  write('session', `{"console.example.com":"s1","${host}":"s2"}`)
  await rackGateway('convox-login')
  expect(JSON.parse(read('auth'))).toEqual({ 'console.example.com': 'theirs', [host]: expect.stringMatching(/^rgs_/) })
  expect((await rackGateway('logout', 'staging')).code).toBe(0)
  expect(JSON.parse(read('auth'))).toEqual({ 'console.example.com': 'theirs' })
  expect(JSON.parse(read('session'))).toEqual({ 'console.example.com': 's1' })
})

test('logout ends the session, and takes the settings away', async () => {
  await rackGateway('convox-login')
  const token = tokenOfConvox()
  expect((await rackGateway('logout', 'staging')).stdout).toContain('convox is logged out, too.\n')
  expect(['auth', 'console', 'current', 'session', 'id'].filter(has)).toEqual([])
  await expect.poll(() => ruleFor(token)).toBe('ended-session')
})

test('logout keeps another console, and another kind of current rack', async () => {
  await rackGateway('convox-login')
  write('console', 'console.example.com')
  write('current', '{"name":"local","type":"terraform"}')
  await rackGateway('logout', '--all')
  expect([has('auth'), read('console'), read('current')]).toEqual([
    false,
    'console.example.com',
    '{"name":"local","type":"terraform"}',
  ])
})

test('logout keeps a login that convox-login did not make', async () => {
  const { token } = await system.issuer.issueSession({
    email: 'deployer@example.com',
    device: 'by hand',
    expiresAt: Date.now() + day,
  })
  for (const own of [token, pipeline]) {
    write('auth', JSON.stringify({ [host]: own }))
    write('console', host)
    await rackGateway('login', 'staging', system.url, '--token', await system.token('deployer'))
    expect((await rackGateway('logout', 'staging')).stdout).not.toContain('convox')
    expect([tokenOfConvox(), await ruleFor(own)]).toEqual([own, null])
  }
})

test('an API token creates no session for convox', async () => {
  const env = { RACK_GATEWAY_URL: system.url, RACK_GATEWAY_TOKEN: pipeline }
  const { code, stderr } = await machine.run(...builtCommand('rack-gateway', ['convox-login']), { env })
  expect([code, stderr]).toEqual([5, expect.stringContaining('Only a user can')])
  expect(has('auth')).toBe(false)
})

test('settings that are no JSON are left as they are, and no session is created', async () => {
  write('auth', 'broken')
  const before = await activeConvoxSessions()
  const { code, stderr } = await rackGateway('convox-login')
  expect([code, stderr]).toEqual([78, expect.stringContaining('auth is not a JSON object.')])
  expect(read('auth')).toBe('broken')
  expect(await activeConvoxSessions()).toEqual(before)
  const logout = await rackGateway('logout', 'staging')
  expect([logout.code, logout.stdout]).toEqual([0, expect.stringContaining('auth is not a JSON object.')])
})

test('a session whose settings cannot be written is revoked', async () => {
  mkdirSync(join(settings(), 'console'), { recursive: true })
  const before = await activeConvoxSessions()
  expect(await rackGateway('convox-login')).toMatchObject({ code: 78, stderr: expect.stringContaining('console') })
  await expect.poll(activeConvoxSessions).toEqual(before)
  expect(await ruleFor(tokenOfConvox())).toBe('ended-session')
})

/** IDs of the user's sessions that convox-login created and nobody ended. */
async function activeConvoxSessions(): Promise<string[]> {
  const { stdout } = await rackGateway('sessions', 'list', '--json')
  const sessions: { id: string; device: string; endedAt: string | null }[] = JSON.parse(stdout)
  return sessions.flatMap(({ id, device, endedAt }) => (device.startsWith('convox on ') && !endedAt ? [id] : []))
}

describe.skipIf(native === null)('the native convox afterwards (runs when CONVOX_BIN names it)', () => {
  const convox = (line: string) => machine.sh(`convox ${line}`, { env: { X_DEV_ALLOW_HTTP: 'true' } })

  test('uses the rack, lists racks, and is logged out again', async () => {
    write('rack', 'gateway/production')
    await rackGateway('convox-login', '--rack', 'staging')
    expect(await convox('switch')).toMatchObject({ code: 0, stdout: expect.stringContaining('gateway/staging\n') })
    expect(await convox('apps')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^myapp +running/m) })
    expect((await convox('racks')).stdout).toContain('gateway/production')
    await rackGateway('logout', 'staging')
    expect(await convox('apps')).toMatchObject({ code: 1, stderr: expect.stringContaining('no current rack') })
  })
})
