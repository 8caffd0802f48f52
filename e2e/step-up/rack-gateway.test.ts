import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { jsonFaults } from '@rack-gateway/cli/reference'
import { hasTerminal, openTerminal, type Terminal } from '@rack-gateway/cli/testing/terminal'
import { createAuthenticator } from '@rack-gateway/testing/authenticator'
import { sendRaw, writeRequest } from '@rack-gateway/testing/http'
import { callManagementApi } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { createUser as personWith } from '../management-api/callers.ts'
import { createMachine, type Machine } from '../support/convox/machine.ts'
import { installRecordingConvox, type RecordingConvox } from '../support/convox/recording-convox.ts'
import { filesBelow } from '../support/documents.ts'
import { type LoginSystem, startLoginSystem } from '../support/login/login.ts'
import { addPasskey, createProver, type Prover } from '../support/login/second-factor.ts'
import { builtCommand } from '../support/processes.ts'
import { writeStepUpPolicy } from './policy.ts'

const nativeConvox = process.env.CONVOX_BIN ?? null
const clock = { ahead: 0 }
const log: string[] = []
let at: LoginSystem
let admin: Prover
let authenticator: ReturnType<typeof createAuthenticator>
let machine: Machine
let convox: RecordingConvox
beforeAll(async () => {
  at = await startLoginSystem(
    {},
    {
      now: () => Date.now() + clock.ahead,
      policyFile: writeStepUpPolicy(),
      publicHost: 'localhost',
      log: (line) => void log.push(line),
      logLevel: 'debug',
    },
  )
  admin = await createProver(at, 'admin', clock)
  authenticator = createAuthenticator({ origin: gatewayUrl() })
  await addPasskey(admin, authenticator)
  machine = createMachine(null)
  convox = installRecordingConvox(machine)
  logIn(machine)
})
afterAll(async () => {
  machine.remove()
  await at.stop()
})
beforeEach(() => {
  convox.clear()
  at.system.rack.clearReceived()
})

function logIn({ home }: Machine): void {
  const directory = join(home, 'config', 'rack-gateway')
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const config = {
    gateways: { staging: { url: gatewayUrl(), rack: 'staging' } },
    sessions: { [gatewayUrl()]: { token: admin.program.token } },
    current: 'staging',
  }
  writeFileSync(join(directory, 'config.json'), JSON.stringify(config), { mode: 0o600 })
}

const gatewayUrl = () => `http://localhost:${at.system.port}`

/** What the page of the gateway does in the user's browser. */
async function proveInBrowser(address: string): Promise<void> {
  const page = new URL(address)
  const path = `/step-ups/${page.searchParams.get('id')}`
  const { json: options } = await admin.post(`${path}/passkey-options`)
  const proved = await admin.post(`${path}/proof`, { method: 'passkey', response: authenticator.get(options) })
  expect([proved.status, proved.json.proof]).toEqual([201, null])
  const data = Buffer.from(String(proved.json.result)).toString('base64')
  const received = await fetch(`${page.searchParams.get('callback')}?data=${encodeURIComponent(data)}`)
  expect(received.status).toBe(200)
}

const promote = ['releases', 'promote', 'R1', '-a', 'myapp']
const calls = ['GET /apps/myapp', 'POST /apps/myapp/releases/R1/promote']
const promoted = () => at.system.rack.received.filter(({ target }) => target.includes('/promote')).length

function run(words: readonly string[], env: NodeJS.ProcessEnv = {}) {
  return machine.run(...builtCommand('rack-gateway', words), { env: { ...convox.env(calls), ...env } })
}

/** Without a proof, as a program would that has stolen the token. */
const direct = () =>
  at.system.send('POST', '/rack/staging/apps/myapp/releases/R1/promote?', admin.program.token, '', [
    'Step-Up: rgp_0000000000000000000000000000000000000000000',
  ])
const proofs = async () =>
  Number(
    (
      await at.system.sql`select count(*) from gateway.proofs p
  join gateway.sessions s on s.id = p.session_id where s.id = ${admin.program.id}`
    )[0]?.count,
  )
const pending = async () =>
  Number(
    (
      await at.system.sql`select count(*) from gateway.step_ups
  where session_id = ${admin.program.id} and proved_at is null and delivery = 'callback'`
    )[0]?.count,
  )

describe('a code that is given in advance', () => {
  test.each([
    ['--mfa-code', (code: string) => [['--mfa-code', code, ...promote], {}] as const],
    ['RACK_GATEWAY_MFA_CODE', (code: string) => [promote, { RACK_GATEWAY_MFA_CODE: code }] as const],
  ])('by %s proves all calls of a command, and ends with it', async (_, how) => {
    const code = admin.code()
    const [words, env] = how(code)
    const outcome = await run(words, env)
    expect([outcome.stderr, outcome.stdout.match(/promote: (?!403)/g)?.length, promoted()]).toEqual(['', 1, 1])
    expect(await proofs()).toBe(0)
    expect((await direct()).status).toBe(403)
    const [given] = convox.runs()
    expect(given?.argv).toEqual(promote)
    expect(JSON.stringify(given)).not.toContain(code)
    expect(given?.env).not.toHaveProperty('RACK_GATEWAY_MFA_CODE')
    expect(given?.env.RACK_URL).toMatch(/^http:\/\/convox:[\w-]{43}@127\.0\.0\.1:\d+\/rack\/staging$/)
  })

  test('is in no log, event, and file', async () => {
    const code = admin.code()
    await run(promote, { RACK_GATEWAY_MFA_CODE: code })
    const files = filesBelow(machine.home, ['']).filter((path) => !path.includes('/bin/'))
    expect(files.length).toBeGreaterThan(1)
    for (const path of files) expect([path, readFileSync(path, 'utf8').includes(code)]).toEqual([path, false])
    expect(JSON.stringify(await at.system.events())).not.toContain(code)
    const text = log.join('\n')
    expect(text).not.toContain(code)
    expect(text).not.toMatch(/rgp_\w{43}/)
  })

  test('is in the events of the calls as the proof', async () => {
    await run(promote, { RACK_GATEWAY_MFA_CODE: admin.code() })
    const events = (await at.system.events()).filter(({ route }) => route?.endsWith('/promote'))
    expect(events.at(-1)).toMatchObject({ decision: { effect: 'allow' }, proof: { method: 'totp' } })
  })

  test('proves a command with a value that is too long for a plan', async () => {
    const build = ['build', '--description', 'x'.repeat(1_001), '-a', 'myapp']
    expect((await run(build, { RACK_GATEWAY_MFA_CODE: admin.code() })).stderr).toBe('')
    expect(convox.runs()).toHaveLength(1)
  })

  test('does not get to convox with RACK_URL, either', async () => {
    const env = {
      RACK_URL: `${gatewayUrl().replace('//', '//convox:x@')}/rack/staging`,
      RACK_GATEWAY_MFA_CODE: '123456',
    }
    await run(promote, env)
    expect(convox.runs()[0]?.env).toMatchObject({ RACK_URL: env.RACK_URL })
    expect(convox.runs()[0]?.env).not.toHaveProperty('RACK_GATEWAY_MFA_CODE')
  })

  test('can be a backup code, once', async () => {
    const [code = ''] = admin.backupCodes
    expect((await run(promote, { RACK_GATEWAY_MFA_CODE: code })).stderr).toBe('')
    const again = await run(promote, { RACK_GATEWAY_MFA_CODE: code })
    expect([again.code, promoted()]).toEqual([6, 1])
    expect(again.stderr).toContain('This is not one of your backup codes, or it was used already.')
    expect(again.stderr).not.toContain(code)
  })

  test('starts no command and leaves no step-up if it is wrong', async () => {
    const { code, stderr } = await run(['--mfa-code', '000000', ...promote])
    expect([code, stderr]).toEqual([
      6,
      'rack-gateway: The code is wrong. Type the code that your authenticator app shows now.\n',
    ])
    expect([convox.runs(), await pending()]).toEqual([[], 0])
  })

  test('is rejected if the policy accepts only a passkey', async () => {
    const { code, stderr } = await run(['--mfa-code', admin.code(), 'apps', 'delete', 'myapp'])
    expect([code, stderr]).toEqual([
      6,
      'rack-gateway: The command needs your passkey, so a code is not enough. Run the command at a terminal.\n',
    ])
  })
})

test('a user without a second factor gets the address where to add one', async () => {
  const { token } = await personWith(at.system, 'deployer')
  const env = { RACK_GATEWAY_URL: gatewayUrl(), RACK_GATEWAY_TOKEN: token, GATEWAY_RACK: 'staging' }
  const outcome = await run(['--mfa-code', '123456', ...promote], env)
  expect([outcome.code, outcome.stdout, convox.runs()]).toEqual([6, '', []])
  expect(outcome.stderr).toBe(
    `rack-gateway: The command needs a proof of a second factor, and you have none that the policy accepts. Add one in your browser, at ${gatewayUrl()}/gateway/second-factors, and run the command again.\n`,
  )
})

test('while a command has a proof, another process with the same token gets no access', async () => {
  const until = join(machine.home, 'until')
  const env = { ...convox.env(calls, until), RACK_GATEWAY_MFA_CODE: admin.code() }
  const program = machine.start(...builtCommand('rack-gateway', promote), { env })
  onTestFinished(() => program.signal('SIGTERM'))
  await program.saw(/calls made/)
  expect([promoted(), await proofs()]).toEqual([1, 1])
  expect((await direct()).status).toBe(403)
  expect(
    (await at.system.send('POST', '/rack/staging/apps/myapp/releases/R1/promote?', admin.program.token)).status,
  ).toBe(403)
  const relay = convox.runs()[0]?.env.RACK_URL ?? ''
  const { origin, pathname } = new URL(relay)
  const line = `POST ${pathname}/apps/myapp/releases/R1/promote?`
  const stranger = await sendRaw(origin, writeRequest(line, [`Host: ${new URL(origin).host}`]))
  expect([stranger.status, promoted()]).toEqual([401, 1])
  writeFileSync(until, '')
  await program.ended
  expect(await proofs()).toBe(0)
})

test('a thief who starts a step-up with the token, and waits for the victim to prove it, gets no access', async () => {
  const thief = (method: 'GET' | 'POST' | 'DELETE', path: string, body?: object) =>
    callManagementApi({ url: gatewayUrl() }, admin.program.token, method, path, body)
  const route = 'POST /apps/{app}/releases/{id}/promote'
  const calls = [{ rack: 'staging', app: 'myapp', route }]
  const id = (await thief('POST', '/step-ups', { delivery: 'callback', calls })).text('id')
  const { json } = await admin.prove(id)
  const result = String(json.result)
  expect(JSON.stringify((await thief('GET', `/step-ups/${id}`)).json)).not.toContain(result)
  for (const guess of [id, 'x'.repeat(43), result.slice(0, -1), `${result}x`])
    expect((await thief('POST', `/step-ups/${id}/redemption`, { result: guess })).status).toBe(403)
  expect((await thief('POST', `/step-ups/${id}/proof`, { method: 'totp', code: '000000' })).status).toBe(409)
  expect([(await direct()).status, promoted()]).toEqual([403, 0])
  await thief('DELETE', `/step-ups/${id}`)
})

test('the proof ends when the command is ended by a signal', async () => {
  const env = { ...convox.env(calls, join(machine.home, 'never')), RACK_GATEWAY_MFA_CODE: admin.code() }
  const program = machine.start(...builtCommand('rack-gateway', promote), { env })
  onTestFinished(() => program.signal('SIGTERM'))
  await program.saw(/calls made/)
  expect(await proofs()).toBe(1)
  program.signal('SIGTERM')
  expect((await program.ended).code).toBe(143)
  expect(await proofs()).toBe(0)
})

describe('without a terminal and a code', () => {
  test('a command exits with 6 and the requirement, and neither starts convox nor asks', async () => {
    expect(await run(promote)).toEqual({
      code: 6,
      stdout: '',
      stderr:
        'rack-gateway: "convox releases promote" on staging needs a proof of your second factor. Without a terminal, rack-gateway cannot ask for it. Run the command at a terminal, or pass a code with --mfa-code or RACK_GATEWAY_MFA_CODE.\n',
    })
    expect([convox.runs(), await pending()]).toEqual([[], 0])
  })

  test.each([
    ['a command', promote, '"convox releases promote" on staging needs a proof of your second factor.'],
    ['the test', ['mfa', 'test'], 'This test needs a proof of your second factor.'],
  ])('%s says how a user without a factor adds one, and does not ask for a code', async (_, words, reason) => {
    const { token } = await personWith(at.system, 'admin')
    const env = { ...convox.env(calls), RACK_GATEWAY_URL: gatewayUrl(), RACK_GATEWAY_TOKEN: token }
    const bare = createMachine(null)
    onTestFinished(() => bare.remove())
    const outcome = await bare.run(...builtCommand('rack-gateway', words), { env })
    expect([outcome.code, outcome.stdout]).toEqual([6, ''])
    expect(outcome.stderr).toContain(
      `${reason} You have no second factor yet. Add one in your browser, at ${gatewayUrl()}/gateway/second-factors, or at a terminal with: rack-gateway mfa add totp. Then run the command again.\n`,
    )
    expect(outcome.stderr).not.toContain('--mfa-code')
  })

  test('a command without a requirement runs as ever', async () => {
    const outcome = await run(['apps'], convox.env(['GET /apps']))
    expect([outcome.code, outcome.stderr]).toEqual([0, ''])
    expect(convox.runs()[0]?.env.RACK_URL).toBe(
      `${gatewayUrl().replace('//', `//convox:${admin.program.token}@`)}/rack/staging`,
    )
  })

  test('--no-precheck starts the command, and the gateway refuses its call with what to run', async () => {
    const outcome = await run(['--no-precheck', ...promote])
    expect([outcome.code, promoted()]).toEqual([1, 0])
    expect(outcome.stdout).toContain('/gateway-step-up/CODE')
  })

  test('a management command exits with 6 and prints no JSON', async () => {
    const outcome = await run(['tokens', 'create', 'nightly', '--role', 'viewer', '--json'])
    expect([outcome.code, outcome.stdout]).toEqual([6, ''])
    expect(outcome.stderr).toContain('Without a terminal, rack-gateway cannot ask for it.')
  })
})

describe('a command that needs a proof only for some processes', () => {
  const exec = ['exec', 'web-1', 'ls', '-a', 'myapp']

  test('is started without a terminal, and the gateway decides', async () => {
    const before = await pending()
    const outcome = await run(exec, convox.env(['GET /apps/myapp']))
    expect([outcome.code, outcome.stderr, await pending()]).toEqual([0, '', before])
  })

  test('gets the proof where there is a code', async () => {
    const outcome = await run(['--mfa-code', admin.code(), ...exec], convox.env(['GET /apps/myapp']))
    expect([outcome.code, outcome.stderr]).toEqual([0, ''])
    expect(convox.runs()[0]?.env.RACK_URL).toMatch(/@127\.0\.0\.1:/)
  })
})

describe('can', () => {
  test.each([
    [promote, 'Needs a step-up (a proof of your second factor from the last 10 minutes): '],
    [['apps', 'delete', 'myapp'], 'Needs a step-up (a proof of your passkey for each call): '],
  ])('%j says that it needs a step-up, and how', async (words, how) => {
    const { code, stdout } = await run(['can', ...words])
    expect([code, stdout.split('\n')[0]]).toEqual([
      6,
      `Needs a step-up: convox ${words.slice(0, 2).join(' ')} on staging, as admin@example.com`,
    ])
    expect(stdout).toContain(how)
  })
})

test('a call that is refused in the middle of a command can be proved with "rack-gateway api get"', async () => {
  const refused = await run(['--no-precheck', ...promote])
  const [, id = ''] = /\/gateway\/step-up\?id=([0-9a-f-]{36})/.exec(refused.stdout) ?? []
  const { json } = await admin.prove(id)
  const path = `/gateway-step-up/${json.result}`
  const activated = await run(['api', 'get', path], convox.env([`GET ${path}`]))
  expect([activated.code, activated.stdout]).toEqual([0, expect.stringContaining(`GET ${path}: 200`)])
  await run(['--no-precheck', ...promote])
  expect(promoted()).toBe(1)
  const ended = await callManagementApi({ url: gatewayUrl() }, admin.program.token, 'DELETE', `/step-ups/${id}`)
  expect([ended.status, (await direct()).status]).toEqual([200, 403])
})

describe('management commands', () => {
  test('with a code, the request is repeated once with the proof, which ends', async () => {
    const words = ['tokens', 'create', 'one', '--role', 'viewer', '--json', '--mfa-code', admin.code()]
    const outcome = await run(words)
    expect([outcome.code, outcome.stderr]).toEqual([0, ''])
    expect(JSON.parse(outcome.stdout)).toMatchObject({ name: 'one', token: expect.stringMatching(/^rgt_/) })
    expect(await proofs()).toBe(0)
    const again = await callManagementApi({ url: gatewayUrl() }, admin.program.token, 'POST', '/tokens', {
      name: 'two',
      role: 'viewer',
    })
    expect([again.status, again.text('code')]).toEqual([403, 'RGW_STEP_UP_NEEDED'])
  })

  test('a flag before the command is the same', async () => {
    const outcome = await run(['--mfa-code', admin.code(), 'service-accounts', 'create', 'robot'])
    expect([outcome.code, outcome.stderr]).toEqual([0, expect.stringContaining('It has no permissions yet.')])
  })

  test('mfa list and test', async () => {
    const list = JSON.parse((await run(['mfa', '--json'])).stdout)
    expect(list.factors.map(({ name }: { name: string }) => name).sort()).toEqual(['YubiKey', 'phone'])
    const tested = await run(['mfa', 'test', '--mfa-code', admin.code()])
    expect(tested).toEqual({
      code: 0,
      stdout: 'It works: you proved your second factor with an authenticator app.\n',
      stderr: '',
    })
    expect(await proofs()).toBe(0)
    expect((await run(['mfa', 'list'])).stderr).toBe('rack-gateway: You have 9 backup codes left.\n')
  })

  test.each([
    ['rename', ['rename', 'phone', 'my phone']],
    ['remove', ['remove', 'phone', '--yes']],
    ['backup-codes', ['backup-codes', '--yes']],
  ])('mfa %s with a code says where a code works', async (_, words) => {
    const before = [await pending(), await at.system.sql`select id, name from gateway.second_factors`]
    const outcome = await run(['mfa', ...words, '--mfa-code', admin.code()])
    expect(outcome).toEqual({
      code: 6,
      stdout: '',
      stderr: expect.stringContaining(
        'A code proves a change of your second factors only in a browser whose login is at most five minutes old.',
      ),
    })
    expect(outcome.stderr).toContain(`Log in again in the browser at ${gatewayUrl()}/gateway/second-factors, or`)
    expect([await pending(), await at.system.sql`select id, name from gateway.second_factors`]).toEqual(before)
  })

  test.each([
    ['mfa list', () => ['mfa']],
    ['mfa add', () => ['mfa', 'add']],
    ['mfa test', () => ['mfa', 'test', '--mfa-code', admin.code()]],
  ])('%s --json is as the reference says', async (name, words) => {
    const { code, stdout } = await run([...words(), '--json'])
    expect([code, jsonFaults(name, JSON.parse(stdout))]).toEqual([0, []])
  })

  test('users reset-factors removes those of another user, and needs a proof', async () => {
    await createProver(at, 'viewer', clock)
    const words = ['users', 'reset-factors', 'viewer@example.com', '--reason', 'lost phone', '--yes', '--json']
    expect((await run(['users', 'show', 'viewer@example.com'])).stdout).toMatch(/^second factors +authenticator app$/m)
    expect((await run(words)).code).toBe(6)
    const { code, stdout } = await run([...words, '--mfa-code', admin.code()])
    expect([code, jsonFaults('users reset-factors', JSON.parse(stdout))]).toEqual([0, []])
    expect((await run(['users', 'show', 'viewer@example.com'])).stdout).toMatch(/^second factors +none$/m)
    const again = await run([
      'users',
      'reset-factors',
      'viewer@example.com',
      '--reason',
      'x',
      '--yes',
      '--mfa-code',
      admin.code(),
    ])
    expect(again.stdout).toBe('Removed 0 second factors of viewer@example.com.\n')
  })

  test('mfa add prints the page, and its help says why a browser is needed', async () => {
    const outcome = await run(['mfa', 'add'])
    expect(outcome.stdout).toBe(
      `Add your second factor in a browser, on any device: ${gatewayUrl()}/gateway/second-factors\n`,
    )
    const help = (await run(['help', 'mfa', 'add'])).stdout.replaceAll('\n', ' ')
    expect(help).toContain('you also need a login in the same browser')
  })
})

describe.skipIf(!hasTerminal)('at a terminal (needs bash and /usr/bin/script of util-linux)', () => {
  let terminal: Terminal
  let browserLog: string
  beforeEach(async () => {
    browserLog = machine.write('opened', '')
    const browser = machine.write('bin/test-browser', `#!/bin/sh\necho "$@" >> '${browserLog}'\n`)
    await machine.sh(`chmod +x ${browser}`)
    terminal = await openTerminal({
      cwd: machine.project,
      env: { ...machine.env, ...convox.env(calls), BROWSER: browser },
    })
  })

  const type = (...words: readonly string[]) => {
    const [program, args] = builtCommand('rack-gateway', words)
    terminal.enter([program, ...args].map((word) => `'${word}'`).join(' '))
  }
  const exitCode = async () => {
    await terminal.prompt()
    terminal.enter('echo "code=$?"')
    const [, code] = await terminal.saw(/code=(\d+)/)
    await terminal.prompt()
    return Number(code)
  }
  const needed = '"convox releases promote" on staging needs a proof of your second factor.'

  test('the code is asked for once for a command of many calls, and is not shown', async () => {
    const modes = await terminal.modes()
    type('--mfa-method', 'totp', ...promote)
    await terminal.saw(needed)
    await terminal.saw('Code of your authenticator app, or a backup code: ')
    const code = admin.code()
    terminal.press(`${code}\r`)
    await terminal.saw('calls made')
    await exitCode()
    expect(promoted()).toBe(1)
    expect(terminal.shown().match(/Code of your/g)).toHaveLength(1)
    expect(terminal.shown()).not.toContain(code)
    expect(await terminal.modes()).toBe(modes)
    expect(await proofs()).toBe(0)
  })

  test('a wrong code is said, and asked for again', async () => {
    type('--mfa-method', 'totp', ...promote)
    await terminal.saw('backup code: ')
    terminal.press('000000\r')
    await terminal.saw('The code is wrong.')
    await terminal.saw('backup code: ')
    terminal.press(`${admin.code()}\r`)
    await terminal.saw('calls made')
    await exitCode()
    expect(promoted()).toBe(1)
  })

  test('Ctrl-C at the prompt exits with 130, starts no command, and ends the step-up', async () => {
    const modes = await terminal.modes()
    type('--mfa-method', 'totp', ...promote)
    await terminal.saw('backup code: ')
    expect(await pending()).toBe(1)
    terminal.press('\u0003')
    await terminal.saw('Interrupted. Nothing has changed.')
    expect(await exitCode()).toBe(130)
    expect([convox.runs(), await pending()]).toEqual([[], 0])
    expect(await terminal.modes()).toBe(modes)
  })

  test('a passkey is proved in the browser, and the command continues', async () => {
    type('--mfa-method', 'passkey', 'apps', 'delete', 'myapp')
    const [, address = ''] = await terminal.saw(
      /Waiting for your browser … .*?(http:\/\/localhost:\d+\/gateway\/step-up\S+)/,
    )
    await expect.poll(() => readFileSync(browserLog, 'utf8')).toContain('/gateway/step-up?')
    await proveInBrowser(address)
    await terminal.saw('calls made')
    await exitCode()
    expect(convox.runs()).toHaveLength(1)
    expect(await proofs()).toBe(0)
  })

  test('Ctrl-C while it waits for the browser exits with 130, and ends the step-up', async () => {
    type('--mfa-method', 'passkey', ...promote)
    const [, callback = ''] = await terminal.saw(/Waiting for your browser … .*?callback=(\S+)/)
    terminal.press('\u0003')
    await terminal.saw('Interrupted. Nothing has changed.')
    expect(await exitCode()).toBe(130)
    expect([convox.runs(), await pending()]).toEqual([[], 0])
    await expect(fetch(decodeURIComponent(callback))).rejects.toThrow()
  })

  test('a management command asks on the terminal, and its JSON is whole', async () => {
    const file = join(machine.home, 'token.json')
    const [program, args] = builtCommand('rack-gateway', [
      'tokens',
      'create',
      'three',
      '--role',
      'viewer',
      '--json',
      '--mfa-method',
      'totp',
    ])
    terminal.enter(`${[program, ...args].map((word) => `'${word}'`).join(' ')} > ${file}`)
    await terminal.saw('backup code: ')
    terminal.press(`${admin.code()}\r`)
    expect(await exitCode()).toBe(0)
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ name: 'three' })
  })

  test('mfa add opens the page, except in a container', async () => {
    const isContainer = ['/.dockerenv', '/run/.containerenv'].some((path) => existsSync(path))
    type('mfa', 'add')
    const where = isContainer ? 'in a browser, on any device' : 'in the browser that opens.'
    await terminal.saw(`Add your second factor ${where}`)
    expect(await exitCode()).toBe(0)
    const page = `${gatewayUrl()}/gateway/second-factors`
    if (isContainer) expect(readFileSync(browserLog, 'utf8')).toBe('')
    else await expect.poll(() => readFileSync(browserLog, 'utf8')).toContain(page)
  })

  /** Runs a command that a passkey proves in the browser. @returns its JSON */
  const withPasskey = async (words: readonly string[], confirm?: string) => {
    const file = join(machine.home, 'answer.json')
    const [program, args] = builtCommand('rack-gateway', [...words, '--mfa-method', 'passkey', '--json'])
    terminal.enter(`${[program, ...args].map((word) => `'${word}'`).join(' ')} > ${file}`)
    if (confirm !== undefined) {
      await terminal.saw(confirm)
      terminal.press('y\r')
    }
    const [, address = ''] = await terminal.saw(
      /Waiting for your browser … .*?(http:\/\/localhost:\d+\/gateway\/step-up\S+)/,
    )
    await proveInBrowser(address)
    expect(await exitCode()).toBe(0)
    return JSON.parse(readFileSync(file, 'utf8'))
  }

  test.each([
    ['mfa rename', ['rename', 'phone', 'phone']],
    ['mfa backup-codes', ['backup-codes', '--yes']],
  ])('%s is proved with a passkey, and its JSON is as the reference says', async (name, words) => {
    expect(jsonFaults(name, await withPasskey(['mfa', ...words]))).toEqual([])
  })

  test('mfa remove asks for a confirmation and a passkey', async () => {
    const removed = await withPasskey(['mfa', 'remove', 'YubiKey'], 'Remove your passkey YubiKey? [y/N] ')
    expect(jsonFaults('mfa remove', removed)).toEqual([])
    expect((await run(['mfa'])).stdout).not.toContain('YubiKey')
  })
})

describe.skipIf(nativeConvox === null)(
  'the native convox (runs when CONVOX_BIN names it)',
  { timeout: 180_000 },
  () => {
    let user: Machine
    beforeAll(() => {
      user = createMachine(nativeConvox)
      logIn(user)
    })
    afterAll(() => user.remove())

    const native = (...words: readonly string[]) =>
      user.run(...builtCommand('rack-gateway', ['--mfa-code', admin.code(), ...words]))
    const proved = async () => (await at.system.events()).filter(({ kind }) => kind === 'step-up.proved').length

    test('one proof is for the upload and the build', async () => {
      const before = await proved()
      const outcome = await native('build', '-a', 'myapp')
      expect([outcome.code, outcome.stdout]).toEqual([0, expect.stringContaining('Build:')])
      expect([await proved(), await proofs()]).toEqual([before + 1, 0])
      const upload = at.system.rack.received.find(({ target }) => target.includes('/objects/tmp/'))
      expect(upload?.body.length).toBeGreaterThan(0)
    })

    test('a requirement for each call is met, too', async () => {
      expect(await native('services', 'restart', 'web', '-a', 'myapp')).toMatchObject({ code: 0 })
      const [restart] = (await at.system.events()).filter(({ route }) => route?.endsWith('/restart')).slice(-1)
      expect(restart).toMatchObject({ decision: { effect: 'allow' }, proof: { method: 'totp' } })
    })

    test.skipIf(!hasTerminal)('a shell in a terminal gets the proof in its handshake', async () => {
      const terminal = await openTerminal({ cwd: user.project, env: user.env })
      const [program, args] = builtCommand('rack-gateway', [
        '--mfa-method',
        'totp',
        'exec',
        'web',
        'bash',
        '-a',
        'myapp',
      ])
      terminal.enter([program, ...args].map((word) => `'${word}'`).join(' '))
      await terminal.saw('backup code: ')
      terminal.press(`${admin.code()}\r`)
      await terminal.saw(/\$ /)
      terminal.enter('exit 4')
      await terminal.prompt()
      terminal.enter('echo "code=$?"')
      await terminal.saw('code=4')
      expect(await proofs()).toBe(0)
    })
  },
)
