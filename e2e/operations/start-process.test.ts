import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AuditEvent } from '@rack-gateway/audit'
import { createTokenMint } from '@rack-gateway/auth'
import { createIssuer } from '@rack-gateway/auth/store'
import { readServerConfig } from '@rack-gateway/config'
import { openDatabase } from '@rack-gateway/database'
import { createTestDatabase, type TestDatabase } from '@rack-gateway/database/testing'
import { freePort } from '@rack-gateway/demo/free-port'
import { type DemoIdentityProvider, startDemoIdentityProvider } from '@rack-gateway/demo/identity-provider'
import { createDemoRack, type DemoRack } from '@rack-gateway/demo-rack'
import { callManagementApi } from '@rack-gateway/testing/management-api'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { ask, call } from '../support/demo.ts'
import { environmentDefaults } from '../support/gateway/gateway-defaults.ts'
import { gatewayEnvironment } from '../support/gateway/gateway-environment.ts'
import { type System, startSystem } from '../support/gateway/system.ts'
import type { Browser } from '../support/login/browser.ts'
import { walkThroughLogin } from '../support/login/login.ts'
import { dataDirectory, leaveNothing, runCommand, startCommand } from '../support/processes.ts'
import { type Ended, type Program, run } from '../support/program.ts'

const main = 'gateway'
const serverCommand = 'rack-gateway-server'
const secretKey = 'a-secret-key-that-no-output-may-show'

let rack: DemoRack
beforeAll(async () => {
  rack = createDemoRack({ name: 'staging', token: 'rack-password-that-no-output-may-show' })
  await rack.listen()
})
afterAll(async () => {
  await leaveNothing()
  await rack.close()
})

describe('an invalid configuration', () => {
  test('reports all problems, names each variable, shows no secret, and exits with 78', async () => {
    const { code, stdout, stderr } = await runCommand(main, [], {
      RACK_URL_STAGING: 'https://convox:password-in-a-url@rack.example.test/path',
      RACK_TOKEN_PRODUCTION: 'password-of-production',
      APP_SECRET_KEY: 'too-short',
      DATABASE_URL: 'mysql://user:password-of-the-database@host/name',
      PORT: '70000',
      AUDIT_READS: 'never',
      AUTH_MAX_STAL: '1',
    })
    expect(code).toBe(78)
    expect(stdout).toBe('')
    const [title, ...problems] = stderr.trimEnd().split('\n')
    expect(title).toBe('The configuration is invalid:')
    for (const variable of [
      'RACK_URL_STAGING',
      'RACK_TOKEN_STAGING',
      'RACK_URL_PRODUCTION',
      'APP_SECRET_KEY',
      'DATABASE_URL',
      'PORT',
      'AUDIT_READS',
      'AUTH_MAX_STAL',
    ])
      expect(problems.filter((problem) => problem.startsWith(`  - ${variable} `))).toHaveLength(1)
    expect(problems).toHaveLength(8)
    expect(stderr).not.toMatch(/password-|too-short|rack\.example\.test/)
  })

  test('is reported by the other commands of the server in the same way', async () => {
    const { code, stderr } = await runCommand(serverCommand, ['token', 'list'], settings({ APP_SECRET_KEY: '' }))
    expect(code).toBe(78)
    expect(stderr).toMatch(/^The configuration is invalid:\n {2}- APP_SECRET_KEY is missing; it should be .+\n$/)
  })
})

describe('a start that fails', () => {
  test('because DATABASE_URL refuses connections prints one sentence without a stack, and exits with 1', async () => {
    const env = settings({ DATABASE_URL: 'postgres://user:password-of-the-database@127.0.0.1:1/name' })
    const { code, stdout, stderr } = await runCommand(main, [], env)
    expect(code).toBe(1)
    expect(stderr).toBe(
      'the gateway could not start: nothing listens at 127.0.0.1:1: start PostgreSQL there or correct the host and port\n',
    )
    expect(lastLine(stdout)).toMatchObject({ event: 'gateway.start_failed', level: 60 })
    expect(stdout).not.toMatch(/stack|\bat .*\.[jt]s:\d/)
    expect(stdout + stderr).not.toContain('password-of-the-database')
  })

  test('because the database rejects the login does not show the password', async () => {
    const database = await createTestDatabase()
    const url = new URL(database.runtimeUrl)
    url.password = 'a-wrong-password'
    const { code, stdout, stderr } = await runCommand(main, [], settings({ DATABASE_URL: url.href }))
    await database.drop()
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^the gateway could not start: \S+ refused the login "\w+": correct the user, the password, or pg_hba\.conf\n$/,
    )
    expect(stdout + stderr).not.toContain('a-wrong-password')
  })

  test.skipIf(process.getuid?.() !== 0)(
    'because the embedded database is not accessible (as root) names the directory',
    async () => {
      const { code, stderr } = await runCommand(main, [], settings({ DATA_DIR: '/root/rack-gateway-data' }))
      expect(code).toBe(1)
      expect(stderr).toMatch(
        /^the gateway could not start: PostgreSQL runs as the user "\w+", which has no access to \/root \(mode 0700\)\. .+\n$/,
      )
    },
  )
})

describe('a gateway from the environment', () => {
  let database: TestDatabase
  beforeEach(async () => {
    database = await createTestDatabase()
  })
  afterEach(async () => {
    await leaveNothing()
    await database.drop()
  })

  async function expectServed(url: string, protection: string): Promise<void> {
    async function ready() {
      const response = await fetch(`${url}/gateway/health/ready`)
      return [response.status, await response.json()]
    }
    // A process that gets no processor time for a while is not ready until it has caught up.
    const tampering = { detail: expect.stringContaining(protection) }
    await expect.poll(ready).toMatchObject([200, { checks: { tampering } }])
    expect((await fetch(`${url}/check`)).status).toBe(200)
  }
  async function expectEnd({ program, url }: Started, signal: NodeJS.Signals): Promise<Ended> {
    program.signal(signal)
    const ended = await program.ended
    expect(ended.code).toBe(0)
    await expect(fetch(`${url}/check`)).rejects.toThrow()
    const events = await recorded(database)
    expect([events.at(0)?.kind, events.at(-1)?.kind]).toEqual(['stream.opened', 'stream.closed'])
    return ended
  }

  test.each([
    [
      'one login for both',
      'SIGINT',
      ({ ownerUrl }: TestDatabase) => ({ DATABASE_URL: ownerUrl }),
      'detected, not prevented',
    ],
    [
      'the runtime login alone, where the schema is current',
      'SIGHUP',
      ({ runtimeUrl }: TestDatabase) => ({ DATABASE_URL: runtimeUrl }),
      'the runtime login cannot change events',
    ],
  ] as const)(
    'serves with %s, exits with 0 at %s, and closes its stream',
    async (_logins, signal, loginsOf, protection) => {
      const { program, url } = await startGateway(loginsOf(database))
      await expectServed(url, protection)
      await expectEnd({ program, url }, signal)
    },
  )

  test('starts an embedded database under DATA_DIR, which inherits no secret, and which its commands use', async () => {
    const env = { DATA_DIR: `${dataDirectory()}/data`, RACK_URL: 'https://convox:no-output-may-show@api' }
    const { url, program } = await startGateway(env)
    expect(
      environmentOf(Number(readFileSync(`${env.DATA_DIR}/postgres/postmaster.pid`, 'utf8').split('\n')[0])),
    ).not.toMatch(/RACK_|SECRET|no-output-may-show/)
    const token = await issueToken(env, ['--user', 'ada@example.com', '--role', 'admin'])
    expect((await call(url, '/apps', token)).status).toBe(200)
    program.signal('SIGTERM')
    expect((await program.ended).code).toBe(0)
    const list = await runCommand(serverCommand, ['token', 'list'], settings(env))
    expect(list).toMatchObject({ code: 0, stdout: expect.stringContaining('\tsession of ada@example.com on ') })
  })

  test('serves with separate logins for runtime and owner, ignores variables that a rack sets in an app, shows no secret, and at SIGTERM closes its stream and exits with 0', async () => {
    const { program, url } = await startGateway({
      ...bothLogins(database),
      RACK_URL: 'https://convox:password-of-the-rack-it-runs-on@api.rack.example.test',
      RACK: 'rack',
      APP: 'rack-gateway',
      RELEASE: 'RABCDEFGHIJ',
      BUILD: 'BABCDEFGHIJ',
      SERVICE: 'web',
    })
    await expectServed(url, 'the runtime login cannot change events')
    const token = await sessionOf(database, 'ada@example.com', 'viewer')
    expect((await call(url, '/rack/staging/apps', token)).status).toBe(200)
    expect((await call(url, '/rack/rack/apps', token)).status).toBe(404)
    const { stdout, stderr } = await expectEnd({ program, url }, 'SIGTERM')
    expect(stdout + stderr).not.toMatch(/password-of-the-rack|no-output-may-show/)
    expect(stdout).not.toContain(token)
  })
})

test('SIGHUP reloads the policy document, and keeps the current one if the new one is invalid', async () => {
  const database = await createTestDatabase()
  const directory = await mkdtemp(join(tmpdir(), 'policy-'))
  onTestFinished(async () => {
    await database.drop()
    await rm(directory, { recursive: true })
  })
  const policyFile = join(directory, 'policy.yaml')
  /** In one step: the gateway also looks by itself, and must not read half a file. */
  async function replacePolicy(document: string): Promise<void> {
    await writeFile(`${policyFile}.new`, document)
    await rename(`${policyFile}.new`, policyFile)
  }
  await replacePolicy('version: 1\n')
  const { program, url } = await startGateway({ ...bothLogins(database), POLICY_FILE: policyFile })
  const token = await sessionOf(database, 'ada@example.com', 'viewer')
  expect((await call(url, '/rack/staging/apps', token)).status).toBe(200)

  await replacePolicy('version: 1\nblocked: { GET /apps: { reason: Not today. } }\n')
  program.signal('SIGHUP')
  await program.saw(/"event":"gateway\.reloading","signal":"SIGHUP"/)
  await program.saw(/"event":"policy\.loaded"/)
  expect((await call(url, '/rack/staging/apps', token)).status).toBe(403)

  await replacePolicy('version: 2\n')
  program.signal('SIGHUP')
  await program.saw(/"event":"policy\.rejected"/)
  expect((await call(url, '/rack/staging/apps', token)).status).toBe(403)
  program.signal('SIGTERM')
  expect((await program.ended).code).toBe(0)
  const kinds = (await recorded(database)).map(({ kind }) => kind)
  expect(kinds.filter((kind) => kind.startsWith('policy.'))).toEqual(['policy.loaded', 'policy.rejected'])
})

test('test gateways use the default configuration', () => {
  expect(readServerConfig(settings({}))).toMatchObject(environmentDefaults)
})

const countVariables = [
  'CALLS_PER_PRINCIPAL',
  'CALLS_PER_RACK',
  'TRANSFERS_PER_PRINCIPAL',
  'TRANSFERS_PER_RACK',
  'WEBSOCKETS_PER_PRINCIPAL',
  'CONNECTIONS',
  'CONNECTIONS_PER_CALLER',
  'CALLS_PER_CONNECTION',
  'API_TOKENS_PER_OWNER',
]

test.each([
  [
    'smallest',
    { count: '1', CHANGES_PER_MINUTE: '10', MASK_MEMORY: '32MiB', BODY_TIMEOUT: '1s', REQUEST_TIMEOUT: '1s' },
  ],
  [
    'largest',
    { count: '10000', CHANGES_PER_MINUTE: '10000', MASK_MEMORY: '1TiB', BODY_TIMEOUT: '1h', REQUEST_TIMEOUT: '10m' },
  ],
])('the %s limits that the configuration allows answer a call', async (_which, { count, ...others }) => {
  const env = { ...Object.fromEntries(countVariables.map((name) => [name, count])), ...others }
  const system = await startSystem({ limits: readServerConfig(settings(env)).limits })
  onTestFinished(() => system.stop())
  expect((await system.get('/apps?', await system.token('viewer'))).status).toBe(200)
})

/** Each setting is seen in what the process does: one that is read and then dropped would fail open. */
describe('lifetimes and limits that the environment sets', () => {
  const [minute, hour] = [60_000, 3_600_000]
  let database: TestDatabase
  let idp: DemoIdentityProvider
  let url: string
  let env: NodeJS.ProcessEnv
  beforeAll(async () => {
    database = await createTestDatabase()
    const port = await freePort()
    const publicUrl = `http://127.0.0.1:${port}`
    idp = await startDemoIdentityProvider({ gatewayUrl: publicUrl })
    const policyFile = join(await mkdtemp(join(tmpdir(), 'policy-')), 'policy.yaml')
    const tokens = 'tokens: { maxAge: 2d, rules: { short: { roles: [viewer], maxAge: 1d } } }'
    await writeFile(policyFile, `version: 1\n${tokens}\n`)
    env = {
      ...bothLogins(database),
      PORT: String(port),
      PUBLIC_URL: publicUrl,
      OIDC_ISSUER: idp.issuer,
      OIDC_CLIENT_ID: idp.clientId,
      OIDC_CLIENT_SECRET: idp.clientSecret,
      ADMIN_USERS: 'admin@example.com',
      DEVICE_LOGIN: 'off',
      SESSION_MAX_AGE: '2h',
      SESSION_LIFETIME: '3h',
      SESSION_OVERLAP: '10m',
      SESSION_IDLE: '5m',
      POLICY_FILE: policyFile,
      STRANGERS_PER_MINUTE: '60',
      TRUSTED_PROXIES: '127.0.0.1',
    }
    url = (await startGateway(env)).url
  })
  afterAll(async () => {
    await leaveNothing()
    await idp.close()
    await database.drop()
  })

  const owner = <T>(work: Parameters<typeof ask<T>>[1]) => ask(database.ownerUrl, work)
  const me = async (browser: Browser) => {
    const { status, body } = await browser.visit(`${url}/gateway/api/v1/me`)
    return { status, ...JSON.parse(body) }
  }
  const renew = async (token: string) => {
    const response = await callManagementApi({ url }, token, 'POST', '/session/renewal')
    return Date.parse(response.text('expiresAt')) - Date.now()
  }
  const expectAbout = (ms: number, wanted: number) => expect(Math.abs(ms - wanted)).toBeLessThan(minute)

  test('DEVICE_LOGIN', async () => {
    const body = { device: 'laptop', system: 'Linux' }
    const response = await callManagementApi({ url }, null, 'POST', '/cli-logins/device', body)
    expect([response.status, response.json]).toEqual([403, expect.objectContaining({ rule: 'device-login-off' })])
  })

  test('SESSION_MAX_AGE, for browser sessions and for issued tokens', async () => {
    const { browser } = await walkThroughLogin(url, 'admin')
    expectAbout(Date.parse((await me(browser)).expiresAt) - Date.now(), 2 * hour)
    const token = await issueToken(env, ['--user', 'ann@example.com', '--role', 'viewer'])
    const { expiresAt } = JSON.parse(await (await call(url, '/gateway/api/v1/me', token)).text())
    expectAbout(Date.parse(expiresAt) - Date.now(), 2 * hour)
  })

  test('SESSION_LIFETIME and SESSION_OVERLAP', async () => {
    const token = await sessionOf(database, 'ben@example.com', 'viewer')
    const sessionsOfBen = `select id from gateway.sessions where user_id = (select id from gateway.users where email = 'ben@example.com')`
    await owner((sql) =>
      sql.unsafe(`update gateway.sessions set authenticated_at = now() - interval '80 minutes',
      expires_at = now() + interval '10 minutes' where id = (${sessionsOfBen})`),
    )
    expectAbout(await renew(token), 100 * minute)
    const [before] = await owner<{ left: number }[]>((sql) =>
      sql.unsafe(`select (extract(epoch from expires_at - now()) * 1000)::float as left
      from gateway.credentials where session_id = (${sessionsOfBen}) and superseded_at is not null`),
    )
    expectAbout(before?.left ?? 0, 10 * minute)
  })

  test('SESSION_IDLE', async () => {
    const { browser } = await walkThroughLogin(url, 'viewer')
    const idleFor = (interval: string) =>
      owner((sql) => sql`update gateway.last_uses set used_at = now() - ${interval}::interval`)
    await idleFor('4 minutes')
    expect((await me(browser)).status).toBe(200)
    const { browser: other } = await walkThroughLogin(url, 'ops')
    await idleFor('6 minutes')
    expect(await me(other)).toMatchObject({ status: 401, rule: 'idle-session' })
  })

  test('tokens.maxAge of the policy document, in the API and in the command', async () => {
    const token = await sessionOf(database, 'cat@example.com', 'admin')
    const made = async (days: number) => {
      const body = { name: `for-${days}`, role: 'viewer', lifetimeSeconds: days * 86_400 }
      const response = await callManagementApi({ url }, token, 'POST', '/tokens', body)
      return [response.status, JSON.parse(response.body).rule]
    }
    expect([await made(2), await made(1)]).toEqual([
      [400, 'token-max-age:short'],
      [201, undefined],
    ])
    expect(await issueToken(env, ['--service-account', 'ci', '--role', 'ci'])).toMatch(/^rgt_/)
    const shown = await runCommand(serverCommand, ['token', 'list'], settings(env))
    const end =
      shown.stdout
        .split('\n')
        .find((line) => line.includes('API token ci of ci'))
        ?.split('until ')[1] ?? ''
    expectAbout(Date.parse(end) - Date.now(), 48 * hour)
  })

  test.each([
    [
      ['--service-account', 'ci', '--role', 'ci', '--expires', '3d'],
      'An API token lasts at most 2 days (rule token-max-age, policy.yaml:2). Pass an earlier --expires.',
    ],
    [
      ['--user', 'ann@example.com', '--role', 'viewer', '--expires', '24h'],
      'A session lasts at most 2 hours (SESSION_MAX_AGE). Pass an earlier --expires.',
    ],
  ])('the command issues no token beyond these limits: %j', async (args, sentence) => {
    const before = await changeEvents(database)
    const outcome = await runCommand(serverCommand, ['token', 'issue', ...args], settings(env))
    expect(outcome).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(sentence) })
    expect(await changeEvents(database)).toEqual(before)
  })

  test('STRANGERS_PER_MINUTE, with TRUSTED_PROXIES', async () => {
    const statuses = new Set<number>()
    for (let asked = 0; asked < 61; asked++)
      statuses.add((await fetch(`${url}/apps`, { headers: { 'x-forwarded-for': '203.0.113.9' } })).status)
    expect([...statuses]).toEqual([401, 429])
    expect((await fetch(`${url}/apps`, { headers: { 'x-forwarded-for': '203.0.113.10' } })).status).toBe(401)
  })
})

test('the built programs have the version of their package', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../../apps/gateway/package.json', import.meta.url), 'utf8'))
  expect(await runCommand(serverCommand, ['--version'])).toMatchObject({ code: 0, stdout: `${version}\n` })
})

test('each file of the bundle that is loaded on demand can be loaded', async () => {
  const directory = new URL('../../apps/gateway/dist/', import.meta.url)
  const chunks = readdirSync(directory).filter((name) => /-[A-Z0-9]{8}\.js$/.test(name))
  expect(chunks.length).toBeGreaterThan(10)
  const code = chunks.map((name) => `import ${JSON.stringify(new URL(name, directory).href)}`).join('\n')
  const options = { cwd: tmpdir(), env: { PATH: process.env.PATH } }
  expect(await run(process.execPath, ['--input-type=module', '--eval', code], options)).toEqual({
    code: 0,
    stdout: '',
    stderr: '',
  })
})

describe('rack-gateway-server token issue', () => {
  let system: System
  let database: TestDatabase
  let url: string
  let env: NodeJS.ProcessEnv
  beforeAll(async () => {
    system = await startSystem()
    ;({ database, url } = system)
    env = gatewayEnvironment(system, system.rack)
  })
  afterAll(() => system.stop())

  test('issues a token that works immediately, and prints only the token to stdout', async () => {
    const issued = await runCommand(
      serverCommand,
      ['token', 'issue', '--user', 'bob@example.com', '--role', 'viewer'],
      env,
    )
    expect(issued.code).toBe(0)
    expect(issued.stdout).toMatch(/^rgs_[A-Za-z0-9]+\n$/)
    expect(issued.stderr).toMatch(
      /^bob@example\.com is viewer on every rack; the token expires on \S+Z and is shown only now:\n$/,
    )
    const token = issued.stdout.trim()
    expect((await call(url, '/apps', token)).status).toBe(200)
    const me = await (await call(url, '/gateway/api/v1/me', token)).json()
    expect(me).toMatchObject({
      kind: 'user',
      name: 'bob@example.com',
      roles: ['viewer'],
      racks: ['staging'],
      rack: null,
    })
  })

  test('for a pipeline issues a revocable API token of a service account, which is created once', async () => {
    const args = ['--service-account', 'deploys', '--role', 'ci', '--name']
    const tokens = [await issueToken(env, [...args, 'main']), await issueToken(env, [...args, 'nightly'])]
    for (const token of tokens) {
      expect(token).toMatch(/^rgt_/)
      expect((await call(url, '/apps', token)).status).toBe(200)
      expect((await call(url, '/instances', token)).status).toBe(403)
    }
    const list = await runCommand(serverCommand, ['token', 'list'], env)
    const id =
      list.stdout
        .split('\n')
        .find((line) => line.includes('API token nightly of deploys'))
        ?.split('\t')[0] ?? ''
    expect(await runCommand(serverCommand, ['token', 'revoke', id], env)).toMatchObject({ code: 0 })
    await expect.poll(async () => (await call(url, '/apps', tokens[1] ?? '')).status).toBe(401)
    expect((await call(url, '/apps', tokens[0] ?? '')).status).toBe(200)
  })

  test('for one rack issues a token that is bound to it, and records the user, the binding, the session, and the operator, but not the token', async () => {
    const args = ['--user', 'eve@example.com', '--role', 'ops', '--rack', 'staging']
    const token = await issueToken(env, args)
    const me = await (await call(url, '/gateway/api/v1/me', token)).json()
    expect(me).toMatchObject({ rack: 'staging', racks: ['staging'] })
    const all = await recorded(database)
    const stream = all.findLast(({ kind }) => kind === 'session.issued')?.stream
    const events = all.filter((event) => event.stream === stream)
    expect(events.map(({ kind }) => kind)).toEqual([
      'stream.opened',
      'binding.created',
      'session.issued',
      'stream.closed',
    ])
    const [, binding, session] = events
    const principal = { kind: 'system', name: 'rack-gateway-server' }
    expect(binding).toMatchObject({ principal, detail: { role: 'ops', racks: 'staging' } })
    expect(session).toMatchObject({ principal, rack: 'staging', detail: { device: 'issued by hand' } })
    expect(JSON.stringify(session)).toContain('eve@example.com')
    expect(JSON.stringify(events)).not.toContain(token)
  })

  test.each([
    ['an unknown role', ['--user', 'a@example.com', '--role', 'king'], 2, /role.*king.*viewer/s],
    ['no owner', ['--role', 'viewer'], 2, /^The token has no owner\. Pass --user or --service-account\.\n$/],
    ['two owners', ['--user', 'a@example.com', '--service-account', 'ci', '--role', 'ci'], 2, /mutually exclusive/],
    [
      'a rack that is not served',
      ['--user', 'a@example.com', '--role', 'viewer', '--rack', 'mars'],
      1,
      /^The gateway has no rack mars\. Use one of staging\.\n$/,
    ],
    [
      'an invalid email address',
      ['--user', 'nobody', '--role', 'viewer'],
      1,
      /^The email address is invalid\. Write it like name@example\.com: .+\n$/,
    ],
    [
      'an expiry that is no later time',
      ['--user', 'a@example.com', '--role', 'viewer', '--expires', '0s'],
      2,
      /not a later time/,
    ],
    [
      'an expiry without a unit',
      ['--user', 'a@example.com', '--role', 'viewer', '--expires', '30'],
      2,
      /such as 30d or 12h/,
    ],
    [
      'an option that it does not have',
      ['--user', 'a@example.com', '--role', 'viewer', '--forever'],
      2,
      /Unknown argument: forever/,
    ],
  ])('rejects %s with a sentence, and changes nothing', async (_what, args, code, message) => {
    const before = await changeEvents(database)
    const outcome = await runCommand(serverCommand, ['token', 'issue', ...args], env)
    expect(outcome).toMatchObject({ code, stdout: '' })
    expect(outcome.stderr).toMatch(message)
    expect(outcome.stderr).not.toMatch(/\bat .*\.[jt]s:\d/)
    expect(await changeEvents(database)).toEqual(before)
  })
})

function settings(more: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { RACK_URL_STAGING: rack.url, RACK_TOKEN_STAGING: rack.token, APP_SECRET_KEY: secretKey, PORT: '0', ...more }
}

function bothLogins({ runtimeUrl, ownerUrl }: TestDatabase): NodeJS.ProcessEnv {
  return { DATABASE_URL: runtimeUrl, DATABASE_OWNER_URL: ownerUrl }
}

interface Started {
  readonly program: Program
  readonly url: string
}

async function startGateway(env: NodeJS.ProcessEnv): Promise<Started> {
  const program = startCommand(main, [], settings(env))
  const [, url = ''] = await program.saw(/"event":"gateway\.listening","url":"([^"]+)"/)
  return { program, url }
}

async function issueToken(env: NodeJS.ProcessEnv, args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await runCommand(serverCommand, ['token', 'issue', ...args], settings(env))
  if (stdout === '') throw new Error(stderr)
  return stdout.trim()
}

/** A session, issued in this process. */
async function sessionOf({ runtimeUrl }: TestDatabase, email: string, role: string): Promise<string> {
  const runtime = openDatabase(runtimeUrl, { max: 1 })
  try {
    const issuer = createIssuer({
      database: runtime,
      mint: createTokenMint([Buffer.from(secretKey)]),
      clock: Date,
      record: async () => {},
      by: { kind: 'system', id: 'test', name: 'test' },
    })
    return (await issuer.issueSession({ email, role, device: 'test', expiresAt: Date.now() + 3_600_000 })).token
  } finally {
    await runtime.close()
  }
}

async function recorded({ ownerUrl }: TestDatabase): Promise<AuditEvent[]> {
  const rows = await ask(
    ownerUrl,
    (sql) => sql<{ canonical: string }[]>`select canonical from audit.events order by at, seq`,
  )
  return rows.map(({ canonical }) => JSON.parse(canonical))
}

/** What was recorded that is more than a process's coming and going. */
/** Without the counts of denials, which a gateway that runs beside writes from time to time. */
async function changeEvents(database: TestDatabase): Promise<AuditEvent[]> {
  return (await recorded(database)).filter(({ kind }) => kind !== 'refused' && !kind.startsWith('stream.'))
}

/** What a process was started with; nothing where the system doesn't tell. */
function environmentOf(pid: number): string {
  const file = `/proc/${pid}/environ`
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

function lastLine(stdout: string): unknown {
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? 'null')
}
