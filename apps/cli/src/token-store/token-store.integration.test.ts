import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Context } from '../context.ts'
import { defaultTimeouts, type Timeouts } from '../gateway/timeouts.ts'
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

/** Runs one of our own commands on a system with a keychain. */
function on(system: System, words: readonly string[], env: NodeJS.ProcessEnv = {}, change: Partial<Context> = {}) {
  const here = {
    ...systems[system].env,
    PATH: `${join(machine.home, 'bin')}:/usr/bin:/bin`,
    RACK_GATEWAY_TOKEN_STORE: '',
  }
  return machine.call(words, { ...here, ...env }, '', { platform: system, ...change })
}
const login = (system: System, env?: NodeJS.ProcessEnv, change?: Partial<Context>) =>
  on(system, ['login', 'staging', gateway.url, '--token', token], env, change)
const waiting = (timeouts: Partial<Timeouts>) => ({ timeouts: { ...defaultTimeouts, ...timeouts } })
const written = () => readFileSync(machine.configPath, 'utf8')

describe.each<System>(['linux', 'darwin'])("the system's keychain (%s)", (system) => {
  test('has the token, and neither the file, an argument nor a message has it', async () => {
    const outcome = await login(system)
    expect(outcome).toMatchObject({ code: 0, stderr: '' })
    expect(keychain.items()).toEqual({ [gateway.url]: token })
    expect(machine.config()).toMatchObject({ sessions: { [gateway.url]: { kept_in: 'keychain', email: me.name } } })
    const hex = Buffer.from(token).toString('hex')
    for (const text of [written(), outcome.stdout, ...keychain.calls().map(({ argv }) => argv.join(' '))])
      expect([text.includes(token), text.includes(hex)]).toEqual([false, false])
    expect(new Set(keychain.calls().map(({ program }) => program))).toEqual(new Set([systems[system].program]))
    expect((await on(system, ['url'])).stdout).toBe(`${gateway.url.replace('//', `//convox:${token}@`)}/rack/staging\n`)
    expect((await on(system, ['whoami'])).stdout).toMatch(/^kept in {4}the (macOS|system's) keychain/m)
    expect(JSON.parse((await on(system, ['racks', '--json'])).stdout)).toMatchObject([{ keptIn: 'keychain' }])
  })

  test('is shared by the names of an address, and a second rack there needs no second login', async () => {
    await login(system)
    expect((await on(system, ['login', 'production', gateway.url])).code).toBe(0)
    expect(keychain.items()).toEqual({ [gateway.url]: token })
    expect((await on(system, ['url', '-r', 'production'])).stdout).toContain('/rack/production\n')
  })

  test('keeps a token of one name apart from the session of all', async () => {
    await login(system)
    await on(system, ['login', 'robot', gateway.url, '--token', 'rgt_robot', '--as-rack', 'staging'])
    expect(keychain.items()).toEqual({ [gateway.url]: token, [`${gateway.url} robot`]: 'rgt_robot' })
    expect((await on(system, ['url', '-r', 'robot'])).stdout).toContain('convox:rgt_robot@')
  })

  test('forgets with logout', async () => {
    await login(system)
    expect((await on(system, ['logout', 'staging'])).stdout).toContain('Logged out of staging.')
    expect([keychain.items(), machine.config()]).toEqual([
      {},
      expect.not.objectContaining({ sessions: expect.anything() }),
    ])
  })

  test('that lost the token is said, with what to do', async () => {
    await login(system)
    keychain.clear()
    const { code, stderr } = await on(system, ['url'])
    expect([code, stderr]).toEqual([
      4,
      'rack-gateway: The keychain no longer has a token for staging. Log in again with: rack-gateway login staging\n',
    ])
  })

  test.each([
    ['locked', /locked|User interaction is not allowed/],
    ['forgetful', /did not keep what it was given/],
    ['loud', /repeated: .*|locked|failed/],
  ])('that is %s leaves the token to the file at login, which is said, once', async (how, why) => {
    const first = await login(system, { FAKE_KEYCHAIN: how })
    expect(first.code).toBe(0)
    expect(first.stderr).toMatch(why)
    expect(first.stderr).toContain(`. Your token is stored in ${machine.configPath}, which only you can read (0600)`)
    expect(first.stderr).not.toContain(token)
    expect(first.stderr).not.toContain(Buffer.from(token).toString('hex'))
    expect(machine.config()).toMatchObject({ sessions: { [gateway.url]: { token } }, file_store_told: true })
    expect((await login(system, { FAKE_KEYCHAIN: how })).stderr).toBe('')
  })

  test('that is locked later is said, and no command goes on without it', async () => {
    await login(system)
    const { code, stdout, stderr } = await on(system, ['url'], { FAKE_KEYCHAIN: 'locked' })
    expect([code, stdout]).toEqual([78, ''])
    expect(stderr).toMatch(
      /^rack-gateway: Your token for http:\S+ cannot be read: .*\. Unlock the keychain and try again, or log in again/,
    )
  })

  test('that hangs is left after a while, also where what it has started goes on for longer than this test may', async () => {
    const outcome = await login(system, { FAKE_KEYCHAIN: 'hang' }, waiting({ notice: 100, keychain: 300 }))
    expect(outcome).toMatchObject({ code: 0, stderr: expect.stringContaining('gave no answer within 0.3 s') })
    expect(outcome.stderr).toContain('It may be asking you to unlock it')
    expect(machine.config()).toMatchObject({ sessions: { [gateway.url]: { token } } })
  })

  test('gets longer where a person sits at the terminal', async () => {
    const timeouts = waiting({ keychain: 100, keychainAtTerminal: 300 })
    const { stderr } = await login(system, { FAKE_KEYCHAIN: 'hang' }, { interactive: true, ...timeouts })
    expect(stderr).toContain('gave no answer within 0.3 s')
  })

  test('that is waited for keeps no other window from the file', async () => {
    await login(system, { RACK_GATEWAY_TOKEN_STORE: 'file' })
    await on(system, ['login', 'production', gateway.url])
    const first = login(system, { FAKE_KEYCHAIN: 'asking' }, waiting({ keychain: 20_000 }))
    await expect.poll(() => keychain.calls()).not.toEqual([])
    expect(await on(system, ['switch', 'production'])).toMatchObject({ code: 0 })
    keychain.unlock()
    expect(await first).toMatchObject({ code: 0 })
    expect(machine.config()).toMatchObject({
      current: 'production',
      sessions: { [gateway.url]: { kept_in: 'keychain' } },
    })
  })

  test('lets one window after the other change what is logged in with', async () => {
    const first = login(system, { FAKE_KEYCHAIN: 'asking' }, waiting({ keychain: 20_000 }))
    await expect.poll(() => keychain.calls()).not.toEqual([])
    const robot = ['login', 'robot', gateway.url, '--token', 'rgt_robot', '--as-rack', 'staging']
    const notes: string[] = []
    const second = on(system, robot, {}, { ...waiting({ notice: 100 }), note: (line) => void notes.push(line) })
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

  test('that gives up nothing is said, with what to do', async () => {
    const still = (account: string) =>
      `the keychain still has the token that was kept for ${gateway.url}: REASON. Unlock it, and remove its entry rack-gateway of the account ${account}`
    const said = (text: string) => text.replace(/: the (?:system's|macOS) keychain.*?\. Unlock/, ': REASON. Unlock')
    await login(system)
    const moved = await login(system, { RACK_GATEWAY_TOKEN_STORE: 'file', FAKE_KEYCHAIN: 'locked' })
    expect([moved.code, said(moved.stderr)]).toEqual([0, `rack-gateway: ${still(gateway.url)}\n`])
    expect(machine.config()).toMatchObject({ sessions: { [gateway.url]: { token } } })

    const robot = ['login', 'robot', gateway.url, '--as-rack', 'staging', '--token']
    await on(system, [...robot, 'rgt_robot'])
    const replaced = await on(system, [...robot, token], { RACK_GATEWAY_TOKEN_STORE: 'file', FAKE_KEYCHAIN: 'locked' })
    expect([replaced.code, said(replaced.stderr)]).toEqual([0, `rack-gateway: ${still(`${gateway.url} robot`)}\n`])

    await login(system)
    const left = await on(system, ['logout', 'staging'], { FAKE_KEYCHAIN: 'locked' })
    expect([left.code, said(left.stdout)]).toEqual([
      0,
      expect.stringContaining(`\nThe ${still(gateway.url).slice(4)}.\n`),
    ])
  })

  test('has the token that worked after a login that failed', async () => {
    const robot = ['login', 'robot', gateway.url, '--as-rack', 'staging', '--token']
    await on(system, [...robot, 'rgt_robot'])
    const before = [keychain.items(), machine.config()]
    const insisting = { RACK_GATEWAY_TOKEN_STORE: 'keychain', FAKE_KEYCHAIN: 'full' }
    expect(await on(system, [...robot, token], insisting)).toMatchObject({ code: 78 })
    expect([keychain.items(), machine.config()]).toEqual(before)

    let answer = () => {}
    gateway.answer = { status: 200, body: me, after: new Promise((resolve) => (answer = () => resolve(undefined))) }
    gateway.asked.length = 0
    const moving = on(system, [...robot, 'rgt_other'], { RACK_GATEWAY_TOKEN_STORE: 'file' }, waiting({ fileLock: 100 }))
    await expect.poll(() => gateway.asked).not.toEqual([])
    // As another window that doesn't come to an end.
    writeFileSync(`${machine.configPath}.lock`, JSON.stringify({ pid: process.pid, host: hostname() }))
    answer()
    expect(await moving).toMatchObject({ stderr: expect.stringContaining('another rack-gateway') })
    expect([keychain.items(), machine.config()]).toEqual(before)
  })

  test('has the token that worked after a login whose file could not be written', async () => {
    await login(system)
    const before = [keychain.items(), machine.config()]
    for (const [name, other] of [
      ['staging', 'rgs_other'],
      ['robot', 'rgt_robot'],
    ] as const) {
      let answer = () => {}
      gateway.answer = { status: 200, body: me, after: new Promise((resolve) => (answer = () => resolve(undefined))) }
      gateway.asked.length = 0
      const words = ['login', name, gateway.url, '--as-rack', 'staging', '--token', other]
      const failing = on(system, words, {}, waiting({ fileLock: 100 }))
      await expect.poll(() => gateway.asked).not.toEqual([])
      // As another window that doesn't come to an end.
      writeFileSync(`${machine.configPath}.lock`, JSON.stringify({ pid: process.pid, host: hostname() }))
      answer()
      expect(await failing).toMatchObject({ code: 78, stderr: expect.stringContaining('another rack-gateway') })
      rmSync(`${machine.configPath}.lock`)
      const kept = system === 'linux' ? other : Buffer.from(other).toString('hex')
      expect(keychain.calls().some(({ stdin }) => stdin.includes(kept))).toBe(true)
      expect([keychain.items(), machine.config()]).toEqual(before)
    }
  })

  test('is taken once it can be used again, and the file has the token no more', async () => {
    await login(system, { FAKE_KEYCHAIN: 'locked' })
    await login(system)
    expect([keychain.items(), written().includes(token)]).toEqual([{ [gateway.url]: token }, false])
  })

  test('is not asked where the file is chosen, and gives up what it had', async () => {
    await login(system)
    const before = keychain.calls().length
    expect(await login(system, { RACK_GATEWAY_TOKEN_STORE: 'file' })).toMatchObject({ code: 0, stderr: '' })
    expect([keychain.items(), keychain.calls().length - before]).toEqual([{}, 1])
    machine.configure({ token_store: 'file' })
    expect((await login(system)).stderr).toBe('')
    expect(keychain.items()).toEqual({})
  })

  test('is insisted on where it is chosen: nothing is kept elsewhere', async () => {
    const outcome = await login(system, { RACK_GATEWAY_TOKEN_STORE: 'keychain', FAKE_KEYCHAIN: 'locked' })
    expect(outcome).toMatchObject({ code: 78, stdout: '', stderr: expect.stringContaining('could not be stored') })
    expect(() => machine.config()).toThrow('ENOENT')
    machine.configure({ token_store: 'keychain' })
    expect((await login(system, { FAKE_KEYCHAIN: 'locked' })).code).toBe(78)
    expect((await login(system, { FAKE_KEYCHAIN: 'locked', RACK_GATEWAY_TOKEN_STORE: 'file' })).code).toBe(0)
  })

  test('whose tool is missing leaves the token to the file', async () => {
    const { stderr } = await login(system, { PATH: '/nowhere' })
    expect(stderr).toContain(`${systems[system].program} is not installed. Your token is stored in`)
  })

  test('gets the newer token of a session, once it is certain to take it; one window alone renews it', async () => {
    await login(system)
    const file = JSON.parse(written())
    file.sessions[gateway.url].renew_at = new Date(Date.now() - 1_000).toISOString()
    machine.configure(file)
    const renewed = {
      token: `rgs_${'N'.repeat(63)}`,
      expiresAt: new Date(me.expiresAt).toISOString(),
      renewAt: new Date(me.expiresAt).toISOString(),
    }
    gateway.answer = { status: 200, body: renewed }
    gateway.asked.length = 0
    expect((await on(system, ['url'], { FAKE_KEYCHAIN: 'full' })).stdout).toContain(`convox:${token}@`)
    expect([gateway.asked, keychain.items()]).toEqual([[], { [gateway.url]: token }])
    const urls = await Promise.all([on(system, ['url']), on(system, ['url'])])
    for (const { stdout } of urls) expect(stdout).toContain(`convox:${renewed.token}@`)
    expect(gateway.asked).toEqual([{ authorization: `Bearer ${token}`, path: '/gateway/api/v1/session/renewal' }])
    expect([keychain.items(), written().includes('rgs_')]).toEqual([{ [gateway.url]: renewed.token }, false])
  })
})

test('where there is no D-Bus, as over SSH or in a container, nothing is started, and the file is said', async () => {
  const { code, stderr } = await login('linux', { DBUS_SESSION_BUS_ADDRESS: '', XDG_RUNTIME_DIR: machine.home })
  expect([code, keychain.calls()]).toEqual([0, []])
  expect(stderr).toContain('there is no keychain here (no D-Bus session). Your token is stored in')
})

test('a bus where every session has one is found', async () => {
  machine.write(join(machine.home, 'run', 'bus'), '')
  await login('linux', { DBUS_SESSION_BUS_ADDRESS: '', XDG_RUNTIME_DIR: join(machine.home, 'run') })
  expect(keychain.items()).toEqual({ [gateway.url]: token })
})

test('a token that is too long for the tool of macOS is not cut off', async () => {
  const long = `rgt_${'a'.repeat(2_000)}`
  const { code, stderr } = await on('darwin', ['login', 'staging', gateway.url, '--token', long])
  expect([code, stderr, keychain.items()]).toEqual([
    0,
    expect.stringContaining('takes no token as long as this one'),
    {},
  ])
})

test('a name in the file cannot become another command of the tool', async () => {
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

test('the deadlines are those of the documentation', () => {
  expect(defaultTimeouts).toMatchObject({ keychain: 3_000, keychainAtTerminal: 60_000 })
})

test('another word for the store is refused', async () => {
  expect(await login('linux', { RACK_GATEWAY_TOKEN_STORE: 'vault' })).toMatchObject({
    code: 78,
    stderr: expect.stringContaining('neither "file" nor "keychain"'),
  })
})

test('a wrapped command reads the keychain, and convox gets the token', async () => {
  await login('linux')
  const env = { ...systems.linux.env, RACK_GATEWAY_TOKEN_STORE: '' }
  const { convox } = await machine.run(['--no-precheck', 'apps'], env)
  expect(convox?.rackUrl).toBe(`${gateway.url.replace('//', `//convox:${token}@`)}/rack/staging`)
})

describe('a home that cannot be written', () => {
  test('is said before anybody logs in', async () => {
    machine.write(dirname(machine.configPath), 'a file in its place')
    chmodSync(dirname(machine.configPath), 0o600)
    const outcome = await on('linux', ['login', 'staging', gateway.url, '--no-browser'])
    expect(outcome).toMatchObject({ code: 78, stdout: '', stderr: expect.stringContaining('cannot be written') })
    expect([gateway.asked, keychain.calls()]).toEqual([[], []])
  })
})
