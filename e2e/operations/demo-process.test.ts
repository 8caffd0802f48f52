import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { migrate, roleOf, startEmbeddedPostgres } from '@rack-gateway/database'
import type { DemoFile } from '@rack-gateway/demo'
import { createDemoRack } from '@rack-gateway/demo-rack'
import { basicAuthorization, basicAuthorizationOf } from '@rack-gateway/testing/authorization'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createMachine, type Machine, writeStubConvox } from '../support/convox/machine.ts'
import { ask, call, type DemoProcess, postgresOf, readDemoFile, startDemoProcess } from '../support/demo.ts'
import { walkThroughLogin } from '../support/login/login.ts'
import {
  builtCommand,
  dataDirectory,
  isAlive,
  leaveNothing,
  responses,
  runCommand,
  startCommand,
} from '../support/processes.ts'

const main = 'demo'
const roles = ['viewer', 'ops', 'deployer', 'admin', 'ci', 'stagingViewer'] as const

afterAll(leaveNothing)

describe('a demo', () => {
  const directory = join(dataDirectory(), 'demo')
  let machine: Machine
  let demo: DemoProcess
  let postgres: number
  let firstIssuer: string
  beforeAll(async () => {
    machine = createMachine(null)
    writeStubConvox(join(machine.home, 'bin', 'convox'))
    demo = await startDemoProcess(directory)
    firstIssuer = demo.file.identityProvider.issuer
    postgres = postgresOf(directory)
  })
  afterAll(() => machine.remove())

  /** The lines of the guide that hold this. */
  function printed(part: string): string[] {
    return demo.program.output.stdout
      .split('\n')
      .filter((line) => line.includes(part))
      .map((line) => line.trim())
  }

  test('says in demo.json, 0600, exactly what a script needs', () => {
    expect(statSync(join(directory, 'demo.json')).mode & 0o777).toBe(0o600)
    const rack = { url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/), token: expect.stringMatching(/.+/) }
    const token = (prefix: string) => expect.stringMatching(new RegExp(`^${prefix}_[A-Za-z0-9]{40,}$`))
    expect(demo.file).toEqual({
      gateway: expect.stringMatching(/^http:\/\/localhost:\d+$/),
      database: expect.stringMatching(/^postgres:\/\/rack_gateway_owner:.+@127\.0\.0\.1:\d+\/.+$/),
      events: 'audit.events',
      racks: { staging: rack, production: rack },
      tokens: {
        viewer: token('rgs'),
        ops: token('rgs'),
        deployer: token('rgs'),
        auditor: token('rgs'),
        admin: token('rgs'),
        ci: token('rgt'),
        stagingViewer: token('rgs'),
      },
      identityProvider: {
        issuer: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
        clientId: 'rack-gateway',
        clientSecret: expect.stringMatching(/^[\w-]{32}$/),
        users: expect.objectContaining({ viewer: 'viewer@example.com', outsider: 'outsider@elsewhere.example' }),
      },
    })
  })

  test.each(roles)('has a token for %s that works at once, on the racks that it is for', async (role) => {
    const { gateway, tokens } = demo.file
    expect((await call(gateway, '/rack/staging/apps', tokens[role])).status).toBe(200)
    const elsewhere = await call(gateway, '/rack/production/apps', tokens[role])
    expect(elsewhere.status).toBe(role === 'stagingViewer' ? 403 : 200)
    expect((await call(gateway, '/apps', tokens[role])).status).toBe(role === 'stagingViewer' ? 200 : 400)
  })

  test('has a token for an auditor, who cannot call the rack API', async () => {
    const { gateway, tokens } = demo.file
    expect((await call(gateway, '/rack/staging/apps', tokens.auditor)).status).toBe(403)
    const me = await call(gateway, '/gateway/api/v1/me', tokens.auditor)
    expect(await me.json()).toMatchObject({ name: 'auditor@example.com', roles: ['auditor'] })
  })

  test.each([
    ['viewer', ['viewer']],
    ['ops', ['ops']],
    ['deployer', ['deployer']],
    ['auditor', ['auditor']],
    ['admin', ['admin']],
    ['nobody', []],
  ])('lets %s log in with a browser', async (user, roles) => {
    const { browser, page } = await walkThroughLogin(demo.file.gateway, user)
    expect(page.location).toBe(`${demo.file.gateway}/gateway/`)
    const me = await browser.visit(`${demo.file.gateway}/gateway/api/v1/me`)
    expect(JSON.parse(me.body)).toMatchObject({ name: `${user}@example.com`, roles })
  })

  test.each(['outsider', 'unverified'])('does not let %s in', async (user) => {
    expect((await walkThroughLogin(demo.file.gateway, user)).page.status).toBe(403)
  })

  test('has racks and a database that answer where demo.json says', async () => {
    const { racks, database, events } = demo.file
    for (const { url, token } of Object.values(racks)) {
      const authorization = basicAuthorization(token)
      expect((await fetch(`${url}/apps`, { headers: { authorization } })).status).toBe(200)
    }
    const [row] = await ask(database, (sql) => sql`select count(*)::int as count from ${sql(events)}`)
    expect(row?.count).toBeGreaterThan(0)
  })

  test('prints curl lines that list apps, and are refused an app delete with a sentence', async () => {
    const lines = printed('curl -u')
    expect(lines).toHaveLength(2)
    const [list, remove] = await Promise.all(lines.map((line) => paste(machine, line)))
    expect(JSON.parse(list ?? '')).toMatchObject([{ name: 'myapp' }, { name: 'otherapp' }])
    expect(JSON.parse(remove ?? '')).toMatchObject({
      code: 'RGW_NOT_PERMITTED',
      error: expect.stringContaining('app:delete'),
    })
  })

  test('prints a RACK_URL for a viewer and for a deployer, and they are theirs', async () => {
    const lines = printed('export RACK_URL=')
    expect(lines).toHaveLength(2)
    const names = await Promise.all(
      lines.map(async (line) => {
        const url = new URL(line.slice('export RACK_URL='.length))
        expect((await call(url.origin, `${url.pathname}/apps`, url.password)).status).toBe(200)
        return (await call(url.origin, '/gateway/api/v1/me', url.password)).json()
      }),
    )
    expect(names).toMatchObject([{ name: 'viewer@example.com' }, { name: 'deployer@example.com' }])
  })

  test('prints lines for the console mode of convox, with the viewer’s token', async () => {
    const [line = ''] = printed('convox login')
    const { gateway, tokens } = demo.file
    expect(line).toBe(`convox login ${new URL(gateway).host} -t ${tokens.viewer}`)
    expect(await (await call(gateway, '/auth', tokens.viewer)).json()).toEqual({ id: 'viewer@example.com' })
    expect(printed('convox apps -r')).toEqual(['convox apps -r staging'])
  })

  test.skipIf(!process.env.CONVOX_BIN)('which the native convox can run (runs when CONVOX_BIN names it)', async () => {
    const user = createMachine(process.env.CONVOX_BIN ?? null)
    onTestFinished(() => user.remove())
    const lines = ['X_DEV_ALLOW_HTTP', 'convox login', 'convox racks', 'convox apps -r'].flatMap(printed)
    const { code, stdout, stderr } = await user.sh(lines.join('\n'))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const plain = stdout.replaceAll('waring: using http inscure mode\n', '')
    expect(plain).not.toBe(stdout)
    expect(plain).toMatch(/gateway\/staging[\s\S]*\nmyapp +running/)
  })

  test('prints a rack-gateway line that runs convox with a RACK_URL that works', async () => {
    const [line = ''] = printed('rack-gateway --rack')
    const [program, args] = builtCommand('rack-gateway', [])
    const command = line.replace('npx -y pnpm@12.4.2 rack-gateway', [program, ...args].join(' '))
    const { code, stdout } = await machine.sh(command)
    expect(code).toBe(0)
    expect(stdout).toContain('arguments: ps -a myapp\n')
    const url = new URL(/RACK_URL: (.+)/.exec(stdout)?.[1] ?? '')
    expect((await call(url.origin, `${url.pathname}/apps/myapp/processes`, url.password)).status).toBe(200)
  })

  test('on a directory that another one uses ends with one sentence, and leaves the other alone', async () => {
    const { code, stderr } = await runCommand(main, ['--port', '0', '--data-dir', directory])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^the demo could not start: The data directory \S+ is in use by another process .+\n$/)
    expect((await call(demo.file.gateway, '/rack/staging/apps', demo.file.tokens.viewer)).status).toBe(200)
    expect(readDemoFile(directory)).toEqual(demo.file)
  })

  async function restart(env: NodeJS.ProcessEnv = {}, options: readonly string[] = []): Promise<void> {
    demo = await startDemoProcess(directory, env, options)
    postgres = postgresOf(directory)
  }

  async function logInAgain(): Promise<void> {
    const { page } = await walkThroughLogin(demo.file.gateway, 'viewer')
    expect(page.location).toBe(`${demo.file.gateway}/gateway/`)
  }

  const repeatedUsers = () =>
    ask(demo.file.database, (sql) => sql`select email from gateway.users group by email having count(*) > 1`)

  async function loginIssuers(): Promise<string[]> {
    const rows = await ask(demo.file.database, (sql) => sql`select distinct issuer from gateway.users`)
    return rows.map(({ issuer }) => issuer)
  }

  async function expectNothingLeft({ gateway, database, racks }: DemoFile): Promise<void> {
    expect(existsSync(join(directory, 'demo.json'))).toBe(false)
    expect(isAlive(postgres)).toBe(false)
    for (const url of [gateway, database, ...Object.values(racks).map((rack) => rack.url)])
      expect(await responses(url)).toBe(false)
  }

  test('keeps its tokens after SIGKILL and a new start', async () => {
    const before = demo.file
    demo.program.signal('SIGKILL')
    expect((await demo.program.ended).code).toBe(137)
    expect(existsSync(join(directory, 'demo.json'))).toBe(true)

    await restart({}, ['--policy-packages'])
    expect(demo.file.gateway).not.toBe(before.gateway)
    for (const role of roles)
      expect((await call(demo.file.gateway, '/rack/staging/apps', before.tokens[role])).status).toBe(200)
  })

  test('makes one user of each person: the seed, a login, and a login after a restart find the same one', async () => {
    expect(demo.file.identityProvider.issuer).toBe(firstIssuer)
    await logInAgain()
    expect(await repeatedUsers()).toEqual([])
    expect(await loginIssuers()).toEqual([firstIssuer])
  })

  test('with the example policy packages freezes production, accepts the override of an administrator, and restricts an app to its team', async () => {
    const { file, program } = demo
    const { gateway, tokens } = file
    const post = async (path: string, token: string, body?: object) => {
      const headers = { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) }
      const response = await fetch(`${gateway}${path}`, {
        method: 'POST',
        headers,
        ...(body && { body: JSON.stringify(body) }),
      })
      return `${response.status} ${await response.text()}`
    }
    const builds = '/rack/production/apps/myapp/builds'
    expect(await post(builds, tokens.deployer)).toMatch(/^403 .*The rack production is frozen until .* \(demo\)/)
    expect(await post(builds, tokens.admin)).toMatch(/^403 .*package:deploy-freeze:frozen/)
    const machine = createMachine(null)
    const may = async (token: string) => {
      const env = { RACK_URL: `${gateway.replace('://', `://convox:${token}@`)}/rack/production` }
      const words = ['can', 'releases', 'promote', 'R1', '-a', 'myapp']
      const { code, stdout } = await machine.run(...builtCommand('rack-gateway', words), { env })
      return `${code} ${stdout}`
    }
    const frozen =
      /^5 Denied: .*\n {2}POST .*promote\n {4}Denied: The rack production is frozen until .* \(demo\)\. Wait until then\. .*\(rule package:deploy-freeze:frozen, from deploy-freeze\)/
    expect(await may(tokens.admin)).toMatch(frozen)
    const reason = { rack: 'production', reason: 'a test of the demo' }
    const override = '/gateway/packages/deploy-freeze/override'
    expect(await post(override, tokens.deployer, reason)).toMatch(/^403 .*needs the role admin on production/)
    expect(await post(override, tokens.admin, reason)).toMatch(/^200 /)
    expect(await may(tokens.admin)).toMatch(/^0 Allowed: /)
    expect(await may(tokens.deployer)).toMatch(frozen)
    machine.remove()
    expect(await post(builds, tokens.admin)).toMatch(/^200 /)
    expect(await post(builds, tokens.deployer)).toMatch(/^403 /)
    expect(await post('/rack/staging/apps/otherapp/services/web/restart', tokens.deployer)).toMatch(
      /^403 .*The app otherapp belongs to payments/,
    )
    expect(await post('/rack/staging/apps/myapp/services/web/restart', tokens.deployer)).toMatch(/^200 /)
    const recorded = await ask(
      file.database,
      (sql) =>
        sql`select canonical::json->'detail'->>'reason' as reason from audit.events where kind = 'package.recorded'`,
    )
    expect(recorded).toEqual([{ reason: 'a test of the demo' }])
    expect(program.output.stdout).toContain('policy packages: production is frozen')
  })

  test('exits with 0 at SIGTERM and SIGINT, and a new start uses its data and only the racks of its environment', async () => {
    const before = demo.file
    demo.program.signal('SIGTERM')
    expect((await demo.program.ended).code).toBe(0)
    await expectNothingLeft(before)

    const rack = createDemoRack({ name: 'eu', token: 'password-of-the-real-rack' })
    await rack.listen()
    const policyFile = join(directory, 'policy.yaml')
    writeFileSync(policyFile, 'version: 1\nprotected: { environment: [DB_*] }\n')
    await restart({
      POLICY_FILE: policyFile,
      DATABASE_URL: 'postgres://password-of-another:database@db.example.test/x',
      RACK_URL_EU_WEST: rack.url,
      RACK_TOKEN_EU_WEST: rack.token,
      RACK_URL: 'https://convox:bare@rack.example.test',
    })
    const { program, file } = demo
    const kinds = await ask(
      file.database,
      (sql) =>
        sql`select kind from audit.events where kind in ('stream.opened', 'stream.closed') order by at desc limit 2`,
    )
    expect(kinds.map(({ kind }) => kind)).toEqual(['stream.opened', 'stream.closed'])
    expect(file.racks).toEqual({ 'eu-west': { url: rack.url, token: rack.token } })
    expect((await call(file.gateway, '/apps', before.tokens.deployer)).status).toBe(200)
    expect((await call(file.gateway, '/apps', file.tokens.deployer)).status).toBe(200)
    const listing = { target: '/apps', authenticated: true }
    expect(rack.received.map(({ target, authenticated }) => ({ target, authenticated }))).toEqual([listing, listing])
    expect(program.output.stdout).toContain(`/rack/eu-west/apps`)
    const response = await call(file.gateway, '/gateway/api/v1/policy', file.tokens.admin)
    const { policy } = (await response.json()) as { policy: string }
    const [said = ''] = /policy\.in_force .*/.exec(program.output.stdout) ?? []
    expect(said).toContain(policyFile)
    expect(said).toContain(policy)
    expect(program.output.stdout).toMatch(/the demo does not use these settings .*\["DATABASE_URL"\]/)
    expect(program.output.stdout).not.toContain('password-of-another')
    // As with Ctrl-C under a package manager, which passes on what the terminal has sent already.
    program.signal('SIGINT')
    program.signal('SIGINT')
    expect((await program.ended).code).toBe(0)
    expect(program.output.stdout).not.toContain('bare')
    await rack.close()
    await expectNothingLeft(file)
  })

  test('observes a rack, says so, and enforces a policy document on the same database after a restart', async () => {
    const until = new Date(Date.now() + 7 * 86_400_000).toISOString()
    await restart({ POLICY_MODE_STAGING: 'observe', POLICY_OBSERVE_UNTIL: until })
    const { program } = demo
    expect(program.output.stdout).toContain(`  The rack staging is in observe mode until ${until}: most calls `)
    expect(program.output.stdout).not.toContain('the demo does not use these settings')
    const statusOfRun = async (rack: string, command: string) => {
      const { gateway, tokens } = demo.file
      const url = `${gateway}/rack/${rack}/apps/myapp/services/command/processes`
      const response = await fetch(url, {
        method: 'POST',
        headers: { authorization: `Bearer ${tokens.viewer}`, command },
      })
      return response.status
    }
    expect(await statusOfRun('staging', 'rake db:migrate')).toBe(200)
    expect(await statusOfRun('production', 'rake db:migrate')).toBe(403)
    program.signal('SIGTERM')
    expect((await program.ended).code).toBe(0)

    const policyFile = join(directory, 'suggested.yaml')
    writeFileSync(
      policyFile,
      [
        'version: 1',
        'roles: { viewer: { permissions: [app:read, process:run] } }',
        'commands: { extend: built-in, rules: { migrate: { run: rake db:migrate, roles: [viewer, admin] } } }',
      ].join('\n'),
    )
    await restart({ POLICY_MODE: 'enforce', POLICY_FILE: policyFile })
    expect(demo.program.output.stdout).not.toContain('observe mode')
    expect(await statusOfRun('staging', 'rake db:migrate')).toBe(200)
    expect(await statusOfRun('staging', 'rake db:drop')).toBe(403)
    const search = '/gateway/api/v1/audit/events?rule=observe-mode&kind=intent'
    const { items } = (await (await call(demo.file.gateway, search, demo.file.tokens.auditor)).json()) as {
      items: object[]
    }
    expect(items).toMatchObject([{ event: { rack: 'staging', decision: { wouldBe: { rule: 'no-permission' } } } }])
    demo.program.signal('SIGTERM')
    expect((await demo.program.ended).code).toBe(0)
  })

  test('whose identity provider finds its port in use takes another one, and keeps one user of each person', async () => {
    const { port } = new URL(firstIssuer)
    const other = createServer().listen(Number(port), '127.0.0.1')
    await once(other, 'listening')
    onTestFinished(() => void other.close())
    await restart()
    const { issuer } = demo.file.identityProvider
    expect(issuer).not.toBe(firstIssuer)
    await logInAgain()
    expect(await repeatedUsers()).toEqual([])
    expect(await loginIssuers()).toEqual([issuer])
    demo.program.signal('SIGTERM')
    expect((await demo.program.ended).code).toBe(0)
  })

  test('leaves no process and no file if it is stopped while it starts', async () => {
    const program = startCommand(main, ['--port', '0', '--data-dir', directory])
    await program.saw(/rack\.unprotected/)
    const running = postgresOf(directory)
    program.signal('SIGTERM')
    expect((await program.ended).code).toBe(0)
    expect(existsSync(join(directory, 'demo.json'))).toBe(false)
    expect(isAlive(running)).toBe(false)
  })

  test('reports in one sentence that its port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const address = other.address()
    const port = String(typeof address === 'object' ? address?.port : '')
    const { code, stderr } = await runCommand(main, ['--port', port, '--data-dir', directory])
    other.close()
    expect(code).toBe(1)
    expect(stderr).toMatch(
      new RegExp(`^the demo could not start: Port ${port} of 127\\.0\\.0\\.1 is in use by another program\\. .+\\n$`),
    )
    expect(existsSync(join(directory, 'demo.json'))).toBe(false)
  })
})

describe('a demo that cannot start', () => {
  test.skipIf(process.getuid?.() !== 0)(
    'because the database user has no access to its directory (as root) names the directory that blocks',
    async () => {
      const closed = join(dataDirectory(), 'closed')
      mkdirSync(closed)
      chmodSync(closed, 0o700)
      const { code, stderr } = await runCommand(main, ['--port', '0', '--data-dir', join(closed, 'demo')])
      expect(code).toBe(1)
      expect(stderr).toMatch(
        /^the demo could not start: PostgreSQL runs as the user "\w+", which has no access to \S+\/closed \(mode 0700\).+\n$/,
      )
    },
  )

  test('because its database belongs to another build names the directory to remove', async () => {
    const old = join(dataDirectory(), 'old')
    mkdirSync(old)
    const server = await startEmbeddedPostgres({ dataDir: join(old, 'postgres'), log() {} })
    await migrate(server.ownerUrl, { runtimeRole: roleOf(server.runtimeUrl) })
    await ask(server.ownerUrl, (sql) => sql`update gateway.migrations set checksum = 'other'`)
    await server.stop()
    const { code, stderr } = await runCommand(main, ['--port', '0', '--data-dir', old])
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^the demo could not start: Migration 0001-baseline of the database .+\nFor a new demo with an empty database, remove \S+\/old\.\n$/,
    )
  })

  test('because a mode names no rack, which would otherwise be enforced unnoticed', async () => {
    const env = { POLICY_MODE_STAGNG: 'observe', POLICY_OBSERVE_UNTIL: new Date(Date.now() + 86_400_000).toISOString() }
    const { code, stderr } = await runCommand(main, ['--port', '0', '--data-dir', join(dataDirectory(), 'demo')], env)
    expect(code).toBe(1)
    expect(stderr).toContain('RACK_URL_STAGNG is missing')
  })

  test('because a rack of the environment has no password names the variable, and no secret', async () => {
    const env = { RACK_URL_EU: 'https://rack.example.test', RACK_TOKEN_US: 'password-of-us' }
    const { code, stdout, stderr } = await runCommand(
      main,
      ['--port', '0', '--data-dir', join(dataDirectory(), 'demo')],
      env,
    )
    expect(code).toBe(1)
    expect(stderr).toContain('RACK_TOKEN_EU is missing')
    expect(stderr).toContain('RACK_URL_US is missing')
    expect(stdout + stderr).not.toContain('password-of-us')
  })

  test.each([
    ['--port', 'eighty', '--port takes a whole number from 0 to 65535'],
    ['--port', '70000', '--port takes a whole number from 0 to 65535'],
    ['--prot', '1', 'Unknown argument: prot'],
  ])('because of %s %s says what it takes', async (flag, value, sentence) => {
    const { code, stderr } = await runCommand(main, [flag, value])
    expect(code).toBe(1)
    expect(stderr).toContain(sentence)
  })
})

/** What a person sees who pastes a line into a shell. */
async function paste(machine: Machine, line: string): Promise<string> {
  const { code, stdout, stderr } = await machine.sh(line)
  if (code !== 127) return stdout
  if (!stderr.includes('curl')) throw new Error(stderr)
  const [, credential = '', method = 'GET', url = ''] = /^curl -u (\S+)(?: -X (\S+))? (\S+)$/.exec(line) ?? []
  const authorization = basicAuthorizationOf(credential)
  return (await fetch(url, { method, headers: { authorization } })).text()
}
