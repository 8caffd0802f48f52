import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Context } from '../invocation/context.ts'
import { defaultTimeouts, type Timeouts } from '../invocation/timeouts.ts'
import { type FakeGateway, startFakeGateway } from '../testing/fake-gateway.ts'
import { type FakeKeychain, writeFakeKeychains } from '../testing/fake-keychains.ts'
import { createMachine, type Machine } from '../testing/harness.ts'

const token = 'rgs_0123456789abcdef'
const me = {
  id: '01890a5d-ac96-774b-bcce-b302099a8057',
  name: 'ada@example.com',
  kind: 'user',
  rack: null,
  expiresAt: new Date(Date.now() + 30 * 86_400_000).toISOString(),
  racks: ['staging', 'production'],
  roles: ['deployer'],
}

let machine: Machine
let gateway: FakeGateway
let keychain: FakeKeychain
beforeEach(async () => {
  machine = createMachine()
  gateway = await startFakeGateway({ status: 200, body: me })
  keychain = writeFakeKeychains(join(machine.home, 'bin'), machine.home)
})
afterEach(async () => {
  await gateway.close()
  machine.remove()
})

const systems = {
  linux: { program: 'secret-tool', env: { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere' } },
  darwin: { program: 'security', env: {} },
} as const
type System = keyof typeof systems

/** Runs an own command on a system with a keychain. */
function runOn(system: System, words: readonly string[], env: NodeJS.ProcessEnv = {}, change: Partial<Context> = {}) {
  const systemEnv = {
    ...systems[system].env,
    PATH: `${join(machine.home, 'bin')}:/usr/bin:/bin`,
    RACK_GATEWAY_TOKEN_STORE: '',
  }
  return machine.call(words, { ...systemEnv, ...env }, '', { platform: system, ...change })
}
const login = (system: System, env?: NodeJS.ProcessEnv, change?: Partial<Context>) =>
  runOn(system, ['login', 'staging', gateway.url, '--token', token], env, change)
const withTimeouts = (timeouts: Partial<Timeouts>) => ({ timeouts: { ...defaultTimeouts, ...timeouts } })
const configText = () => readFileSync(machine.configPath, 'utf8')

describe.each<System>(['linux', 'darwin'])("the system's keychain (%s)", (system) => {
  test('stores the token, which appears in no file, argument, or message', async () => {
    const outcome = await login(system)
    expect(outcome).toMatchObject({ code: 0, stderr: '' })
    expect(keychain.items()).toEqual({ [gateway.url]: token })
    expect(machine.config()).toMatchObject({ sessions: { [gateway.url]: { kept_in: 'keychain', email: me.name } } })
    const hex = Buffer.from(token).toString('hex')
    for (const text of [configText(), outcome.stdout, ...keychain.calls().map(({ argv }) => argv.join(' '))])
      expect([text.includes(token), text.includes(hex)]).toEqual([false, false])
    expect(new Set(keychain.calls().map(({ program }) => program))).toEqual(new Set([systems[system].program]))
    expect((await runOn(system, ['url'])).stdout).toBe(
      `${gateway.url.replace('//', `//convox:${token}@`)}/rack/staging\n`,
    )
    expect((await runOn(system, ['whoami'])).stdout).toMatch(/^stored in {2}the (macOS|system's) keychain/m)
    expect(JSON.parse((await runOn(system, ['racks', '--json'])).stdout)).toMatchObject([{ keptIn: 'keychain' }])
  })

  test('shares a session between the names of an address', async () => {
    await login(system)
    expect((await runOn(system, ['login', 'production', gateway.url])).code).toBe(0)
    expect(keychain.items()).toEqual({ [gateway.url]: token })
    expect((await runOn(system, ['url', '-r', 'production'])).stdout).toContain('/rack/production\n')
  })

  test('stores an API token separately from the session', async () => {
    await login(system)
    await runOn(system, ['login', 'robot', gateway.url, '--token', 'rgt_robot', '--as-rack', 'staging'])
    expect(keychain.items()).toEqual({ [gateway.url]: token, [`${gateway.url} robot`]: 'rgt_robot' })
    expect((await runOn(system, ['url', '-r', 'robot'])).stdout).toContain('convox:rgt_robot@')
  })

  test('deletes the token on logout', async () => {
    await login(system)
    expect((await runOn(system, ['logout', 'staging'])).stdout).toContain('Logged out of staging.')
    expect([keychain.items(), machine.config()]).toEqual([
      {},
      expect.not.objectContaining({ sessions: expect.anything() }),
    ])
  })

  test('reports a missing token, with the remedy', async () => {
    await login(system)
    keychain.clear()
    const { code, stderr } = await runOn(system, ['url'])
    expect([code, stderr]).toEqual([
      4,
      'rack-gateway: The keychain no longer has a token for staging. Log in again with: rack-gateway login staging\n',
    ])
  })

  test.each([
    ['locked', /locked|User interaction is not allowed/],
    ['forgetful', /did not store the token/],
    ['loud', /repeated: .*|locked|failed/],
  ])('falls back to the file if it is %s, and notes it once', async (mode, reason) => {
    const first = await login(system, { FAKE_KEYCHAIN: mode })
    expect(first.code).toBe(0)
    expect(first.stderr).toMatch(reason)
    expect(first.stderr).toContain(`. Your token is stored in ${machine.configPath}, which only you can read (0600)`)
    expect(first.stderr).not.toContain(token)
    expect(first.stderr).not.toContain(Buffer.from(token).toString('hex'))
    expect(machine.config()).toMatchObject({ sessions: { [gateway.url]: { token } }, file_store_told: true })
    expect((await login(system, { FAKE_KEYCHAIN: mode })).stderr).toBe('')
  })

  test('a command fails if the keychain is locked', async () => {
    await login(system)
    const { code, stdout, stderr } = await runOn(system, ['url'], { FAKE_KEYCHAIN: 'locked' })
    expect([code, stdout]).toEqual([78, ''])
    expect(stderr).toMatch(
      /^rack-gateway: Your token for http:\S+ cannot be read: .*\. Unlock the keychain and try again, or log in again/,
    )
  })

  test('stops waiting for a keychain that hangs, even if its child processes keep running', async () => {
    const outcome = await login(system, { FAKE_KEYCHAIN: 'hang' }, withTimeouts({ notice: 100, keychain: 300 }))
    expect(outcome).toMatchObject({ code: 0, stderr: expect.stringContaining('did not answer within 0.3 s') })
    expect(outcome.stderr).toContain('It may be asking you to unlock it')
    expect(machine.config()).toMatchObject({ sessions: { [gateway.url]: { token } } })
  })

  test('waits longer in an interactive terminal', async () => {
    const timeouts = withTimeouts({ keychain: 100, keychainAtTerminal: 300 })
    const { stderr } = await login(system, { FAKE_KEYCHAIN: 'hang' }, { interactive: true, ...timeouts })
    expect(stderr).toContain('did not answer within 0.3 s')
  })

  test('does not lock the file while it waits for the keychain', async () => {
    await login(system, { RACK_GATEWAY_TOKEN_STORE: 'file' })
    await runOn(system, ['login', 'production', gateway.url])
    const first = login(system, { FAKE_KEYCHAIN: 'asking' }, withTimeouts({ keychain: 20_000 }))
    await expect.poll(() => keychain.calls()).not.toEqual([])
    expect(await runOn(system, ['switch', 'production'])).toMatchObject({ code: 0 })
    keychain.unlock()
    expect(await first).toMatchObject({ code: 0 })
    expect(machine.config()).toMatchObject({
      current: 'production',
      sessions: { [gateway.url]: { kept_in: 'keychain' } },
    })
  })

  test('serializes changes of credentials', async () => {
    const first = login(system, { FAKE_KEYCHAIN: 'asking' }, withTimeouts({ keychain: 20_000 }))
    await expect.poll(() => keychain.calls()).not.toEqual([])
    const robot = ['login', 'robot', gateway.url, '--token', 'rgt_robot', '--as-rack', 'staging']
    const notes: string[] = []
    const second = runOn(system, robot, {}, { ...withTimeouts({ notice: 100 }), note: (line) => void notes.push(line) })
    await expect.poll(() => notes.join()).toContain('Waiting for another rack-gateway')
    expect(keychain.items()).toEqual({})
    keychain.unlock()
    expect(await first).toMatchObject({ code: 0 })
    expect(await second).toMatchObject({ code: 0 })
    expect(machine.config()).toMatchObject({
      gateways: { robot: {}, staging: {} },
      sessions: { [gateway.url]: { kept_in: 'keychain' } },
      tokens: { robot: { kept_in: 'keychain' } },
    })
  })

  test('reports a token that could not be deleted, with the remedy', async () => {
    const remaining = (account: string) =>
      `The keychain still has the old token for ${gateway.url}: REASON. Unlock the keychain, and remove the entry rack-gateway of the account ${account}.`
    const withoutReason = (text: string) =>
      text.replace(/: the (?:system's|macOS) keychain.*?\. Unlock/, ': REASON. Unlock')
    await login(system)
    const moved = await login(system, { RACK_GATEWAY_TOKEN_STORE: 'file', FAKE_KEYCHAIN: 'locked' })
    expect([moved.code, withoutReason(moved.stderr)]).toEqual([0, `rack-gateway: ${remaining(gateway.url)}\n`])
    expect(machine.config()).toMatchObject({ sessions: { [gateway.url]: { token } } })

    const robot = ['login', 'robot', gateway.url, '--as-rack', 'staging', '--token']
    await runOn(system, [...robot, 'rgt_robot'])
    const replaced = await runOn(system, [...robot, token], {
      RACK_GATEWAY_TOKEN_STORE: 'file',
      FAKE_KEYCHAIN: 'locked',
    })
    expect([replaced.code, withoutReason(replaced.stderr)]).toEqual([
      0,
      `rack-gateway: ${remaining(`${gateway.url} robot`)}\n`,
    ])

    await login(system)
    const loggedOut = await runOn(system, ['logout', 'staging'], { FAKE_KEYCHAIN: 'locked' })
    expect([loggedOut.code, withoutReason(loggedOut.stdout)]).toEqual([
      0,
      expect.stringContaining(`\n${remaining(gateway.url)}\n`),
    ])
  })

  test('has the previous token after a failed login', async () => {
    const robot = ['login', 'robot', gateway.url, '--as-rack', 'staging', '--token']
    await runOn(system, [...robot, 'rgt_robot'])
    const before = [keychain.items(), machine.config()]
    const onlyKeychain = { RACK_GATEWAY_TOKEN_STORE: 'keychain', FAKE_KEYCHAIN: 'full' }
    expect(await runOn(system, [...robot, token], onlyKeychain)).toMatchObject({ code: 78 })
    expect([keychain.items(), machine.config()]).toEqual(before)

    let response = () => {}
    gateway.response = { status: 200, body: me, delay: new Promise((resolve) => (response = () => resolve(undefined))) }
    gateway.requests.length = 0
    const moving = runOn(
      system,
      [...robot, 'rgt_other'],
      { RACK_GATEWAY_TOKEN_STORE: 'file' },
      withTimeouts({ fileLock: 100 }),
    )
    await expect.poll(() => gateway.requests).not.toEqual([])
    // A lock of another process that keeps running.
    writeFileSync(`${machine.configPath}.lock`, JSON.stringify({ pid: process.pid, host: hostname() }))
    response()
    expect(await moving).toMatchObject({ stderr: expect.stringContaining('Another rack-gateway') })
    expect([keychain.items(), machine.config()]).toEqual(before)
  })

  test('has the previous token if a login cannot write the file', async () => {
    await login(system)
    const before = [keychain.items(), machine.config()]
    for (const [name, other] of [
      ['staging', 'rgs_other'],
      ['robot', 'rgt_robot'],
    ] as const) {
      let response = () => {}
      gateway.response = {
        status: 200,
        body: me,
        delay: new Promise((resolve) => (response = () => resolve(undefined))),
      }
      gateway.requests.length = 0
      const words = ['login', name, gateway.url, '--as-rack', 'staging', '--token', other]
      const failing = runOn(system, words, {}, withTimeouts({ fileLock: 100 }))
      await expect.poll(() => gateway.requests).not.toEqual([])
      // A lock of another process that keeps running.
      writeFileSync(`${machine.configPath}.lock`, JSON.stringify({ pid: process.pid, host: hostname() }))
      response()
      expect(await failing).toMatchObject({ code: 78, stderr: expect.stringContaining('Another rack-gateway') })
      rmSync(`${machine.configPath}.lock`)
      const stored = system === 'linux' ? other : Buffer.from(other).toString('hex')
      expect(keychain.calls().some(({ stdin }) => stdin.includes(stored))).toBe(true)
      expect([keychain.items(), machine.config()]).toEqual(before)
    }
  })

  test('is used again once it works, and the file no longer has the token', async () => {
    await login(system, { FAKE_KEYCHAIN: 'locked' })
    await login(system)
    expect([keychain.items(), configText().includes(token)]).toEqual([{ [gateway.url]: token }, false])
  })

  test('is not used if the file is configured, apart from deleting the old token', async () => {
    await login(system)
    const before = keychain.calls().length
    expect(await login(system, { RACK_GATEWAY_TOKEN_STORE: 'file' })).toMatchObject({ code: 0, stderr: '' })
    expect([keychain.items(), keychain.calls().length - before]).toEqual([{}, 1])
    machine.configure({ token_store: 'file' })
    expect((await login(system)).stderr).toBe('')
    expect(keychain.items()).toEqual({})
  })

  test('is the only store if it is configured', async () => {
    const outcome = await login(system, { RACK_GATEWAY_TOKEN_STORE: 'keychain', FAKE_KEYCHAIN: 'locked' })
    expect(outcome).toMatchObject({ code: 78, stdout: '', stderr: expect.stringContaining('could not be stored') })
    expect(() => machine.config()).toThrow('ENOENT')
    machine.configure({ token_store: 'keychain' })
    expect((await login(system, { FAKE_KEYCHAIN: 'locked' })).code).toBe(78)
    expect((await login(system, { FAKE_KEYCHAIN: 'locked', RACK_GATEWAY_TOKEN_STORE: 'file' })).code).toBe(0)
  })

  test('falls back to the file if the tool is not installed', async () => {
    const { stderr } = await login(system, { PATH: '/nowhere' })
    expect(stderr).toContain(`${systems[system].program} is not installed. Your token is stored in`)
  })

  test('gets a renewed token; a renewal begins only if the keychain can store a token, and only once', async () => {
    await login(system)
    const file = JSON.parse(configText())
    file.sessions[gateway.url].renew_at = new Date(Date.now() - 1_000).toISOString()
    machine.configure(file)
    const renewed = {
      token: `rgs_${'N'.repeat(63)}`,
      expiresAt: new Date(me.expiresAt).toISOString(),
      renewAt: new Date(me.expiresAt).toISOString(),
    }
    gateway.response = { status: 200, body: renewed }
    gateway.requests.length = 0
    expect((await runOn(system, ['url'], { FAKE_KEYCHAIN: 'full' })).stdout).toContain(`convox:${token}@`)
    expect([gateway.requests, keychain.items()]).toEqual([[], { [gateway.url]: token }])
    const urls = await Promise.all([runOn(system, ['url']), runOn(system, ['url'])])
    for (const { stdout } of urls) expect(stdout).toContain(`convox:${renewed.token}@`)
    expect(gateway.requests).toEqual([{ authorization: `Bearer ${token}`, path: '/gateway/api/v1/session/renewal' }])
    expect([keychain.items(), configText().includes('rgs_')]).toEqual([{ [gateway.url]: renewed.token }, false])
  })
})

test('without D-Bus, as over SSH or in a container, starts no tool and falls back to the file', async () => {
  const { code, stderr } = await login('linux', { DBUS_SESSION_BUS_ADDRESS: '', XDG_RUNTIME_DIR: machine.home })
  expect([code, keychain.calls()]).toEqual([0, []])
  expect(stderr).toContain('there is no keychain here (no D-Bus session). Your token is stored in')
})

test('finds the default D-Bus socket', async () => {
  machine.write(join(machine.home, 'run', 'bus'), '')
  await login('linux', { DBUS_SESSION_BUS_ADDRESS: '', XDG_RUNTIME_DIR: join(machine.home, 'run') })
  expect(keychain.items()).toEqual({ [gateway.url]: token })
})

test('does not truncate a token that is too long for the macOS tool', async () => {
  const long = `rgt_${'a'.repeat(2_000)}`
  const { code, stderr } = await runOn('darwin', ['login', 'staging', gateway.url, '--token', long])
  expect([code, stderr, keychain.items()]).toEqual([
    0,
    expect.stringContaining('cannot store a token of this length'),
    {},
  ])
})

test('an account cannot inject another command into the macOS tool', async () => {
  const { macosKeychain } = await import('./macos-keychain.ts')
  const tool = macosKeychain({
    env: { PATH: join(machine.home, 'bin') },
    noteAfter: 2_000,
    deadline: 3_000,
    note: () => undefined,
  })
  for (const account of ['https://x a"\ndelete-keychain "login', 'https://x \\', 'https://x \u0000'])
    await expect(tool.write(account, token)).rejects.toMatchObject({ code: 'RGW_CLI_KEYCHAIN_UNUSABLE' })
  expect(keychain.calls()).toEqual([])
})

test('the default deadlines match the documentation', () => {
  expect(defaultTimeouts).toMatchObject({ keychain: 3_000, keychainAtTerminal: 60_000 })
})

test('rejects an unknown store', async () => {
  expect(await login('linux', { RACK_GATEWAY_TOKEN_STORE: 'vault' })).toMatchObject({
    code: 78,
    stderr: expect.stringContaining('neither "file" nor "keychain"'),
  })
})

test('a wrapped command passes the token from the keychain to convox', async () => {
  await login('linux')
  const env = { ...systems.linux.env, RACK_GATEWAY_TOKEN_STORE: '' }
  const { convox } = await machine.run(['--no-precheck', 'apps'], env)
  expect(convox?.rackUrl).toBe(`${gateway.url.replace('//', `//convox:${token}@`)}/rack/staging`)
})

describe('a configuration directory that cannot be written', () => {
  test('is reported before the login', async () => {
    machine.write(dirname(machine.configPath), 'a file in its place')
    chmodSync(dirname(machine.configPath), 0o600)
    const outcome = await runOn('linux', ['login', 'staging', gateway.url, '--no-browser'])
    expect(outcome).toMatchObject({ code: 78, stdout: '', stderr: expect.stringContaining('cannot be written') })
    expect([gateway.requests, keychain.calls()]).toEqual([[], []])
  })
})
