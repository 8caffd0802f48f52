import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { basicAuthorization } from '@rack-gateway/testing/authorization'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createMachine, type Machine, writeStubConvox } from '../support/convox/machine.ts'
import { type System, startSystem } from '../support/gateway/system.ts'
import { builtCommand } from '../support/processes.ts'
import type { Ended } from '../support/program.ts'

/** `rack-gateway` as a person uses it, against a real gateway; convox is a script that prints its arguments and RACK_URL. */
describe('rack-gateway', () => {
  let system: System
  let deployer: string
  let stagingViewer: string
  let machine: Machine
  beforeAll(async () => {
    system = await startSystem({ rackNames: ['staging', 'production'] })
    deployer = await system.token('deployer')
    stagingViewer = await system.token('viewer', { email: 'bound@example.com', rack: 'staging' })
  })
  afterAll(() => system.stop())
  beforeEach(() => {
    machine?.remove()
    machine = createMachine(null)
    writeStubConvox(join(machine.home, 'bin', 'convox'))
    for (const rack of Object.values(system.racks)) rack.clearReceived()
  })
  afterAll(() => machine.remove())

  function gateway(words: readonly string[], env: NodeJS.ProcessEnv = {}, stdin = ''): Promise<Ended> {
    return machine.run(...builtCommand('rack-gateway', words), { env, stdin })
  }
  async function login(name: string, more: readonly string[] = []): Promise<Ended> {
    return gateway(['login', name, system.url, '--token', '-', ...more], {}, `${deployer}\n`)
  }
  function file(): { path: string; content: Record<string, Record<string, unknown>> } {
    const path = join(machine.home, 'config', 'rack-gateway', 'config.json')
    return { path, content: JSON.parse(readFileSync(path, 'utf8')) }
  }

  test('login stores the token, its principal, and its expiry in a file with mode 600', async () => {
    const outcome = await login('staging')
    expect(outcome).toEqual({ code: 0, stdout: 'Logged in to staging as deployer@example.com.\n', stderr: '' })
    const { path, content } = file()
    expect(content).toEqual({
      gateways: { staging: { url: system.url, rack: 'staging' } },
      sessions: {
        [system.url]: {
          token: deployer,
          email: 'deployer@example.com',
          expires_at: expect.any(String),
          renew_at: expect.any(String),
          confirmed: expect.objectContaining({ kind: 'user', rack: null, roles: ['deployer'] }),
        },
      },
      current: 'staging',
    })
    const inADay = Date.parse(String(Reflect.get(Object(content.sessions?.[system.url]), 'expires_at')))
    expect(Math.abs(inADay - Date.now() - 86_400_000)).toBeLessThan(600_000)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700)
  })

  test('login with an unknown token stores nothing', async () => {
    const outcome = await gateway(['login', 'staging', system.url, '--token', 'rgs_made-up'])
    expect(outcome).toMatchObject({ code: 4, stdout: '' })
    expect(outcome.stderr).toMatch(
      /^rack-gateway: \S+ rejected the token: This is not a gateway token, or it was cut off or mistyped\. .+\. Copy it again, or get a new one, and log in again\.\n$/,
    )
    expect(() => file()).toThrow('ENOENT')
  })

  test('login asks for the rack if the gateway has several and none has that name', async () => {
    const outcome = await login('work')
    expect(outcome).toMatchObject({ code: 2, stdout: '' })
    expect(outcome.stderr).toMatch(
      /several racks of the gateway\. Pass --as-rack with one of (production, staging|staging, production)\n$/,
    )
    expect(await login('work', ['--as-rack', 'production'])).toMatchObject({ code: 0 })
    expect(file().content.gateways).toEqual({ work: { url: system.url, rack: 'production' } })
  })

  test('a rack-bound token is stored for that rack', async () => {
    const outcome = await gateway(['login', 'work', system.url, '--token', stagingViewer])
    expect(outcome).toMatchObject({ code: 0, stdout: 'Logged in to work as bound@example.com.\n' })
    expect(file().content.gateways).toEqual({ work: { url: system.url, rack: 'staging' } })
  })

  test('racks lists them, switch chooses, and convox then gets the RACK_URL of the chosen one', async () => {
    await login('staging')
    await login('production')
    expect((await gateway(['racks'])).stdout).toMatch(/^\* +staging .+deployer@example\.com.+\n +production .+\n$/m)
    expect(await gateway(['switch', 'production'])).toEqual({
      code: 0,
      stdout: 'The current rack is production.\n',
      stderr: '',
    })
    const { arguments: words, rackUrl } = stubbed(await gateway(['ps', '-a', 'myapp']))
    expect(words).toBe('ps -a myapp')
    expect(rackUrl).toBe(`${system.url.replace('://', `://convox:${deployer}@`)}/rack/production`)
  })

  test('whoami asks the gateway', async () => {
    await login('staging')
    const { code, stdout } = await gateway(['whoami', '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'user',
      name: 'deployer@example.com',
      roles: ['deployer'],
      gateway: system.url,
    })
    expect((await gateway(['whoami'])).stdout).toMatch(/^deployer@example\.com \(user\)\n/)
  })

  test('url prints a RACK_URL with which the rack API can be called at once, as that person', async () => {
    await login('staging')
    const { stdout } = await gateway(['url'])
    expect(stdout).toMatch(/^http:\/\/convox:rgs_[A-Za-z0-9]+@127\.0\.0\.1:\d+\/rack\/staging\n$/)
    expect(await list(stdout.trim())).toEqual(['myapp', 'otherapp'])
    expect(actorsOf(system.racks.staging)).toEqual(['deployer@example.com'])
    expect(system.racks.production?.received).toHaveLength(0)
  })

  test.each([
    ['--rack', ['apps', '--rack', 'production'], {}],
    ['GATEWAY_RACK', ['apps'], { GATEWAY_RACK: 'production' }],
  ])('%s sends convox to that rack, for one command', async (_how, words, env) => {
    await login('staging')
    await login('production')
    expect(await list(stubbed(await gateway(words, env)).rackUrl)).toEqual(['myapp', 'otherapp'])
    expect(actorsOf(system.racks.production)).toEqual(['deployer@example.com'])
    expect(system.racks.staging?.received).toHaveLength(0)
  })

  test('in automation needs no file', async () => {
    const env = {
      RACK_GATEWAY_URL: system.url,
      RACK_GATEWAY_TOKEN: await system.pipelineToken(),
      GATEWAY_RACK: 'production',
    }
    expect(await list(stubbed(await gateway(['builds', '-a', 'myapp'], env)).rackUrl)).toEqual(['myapp', 'otherapp'])
    expect(system.racks.production?.received).toHaveLength(1)
  })

  test('with a token that was ended, whoami says so, and so does every call', async () => {
    const token = await system.token('ops')
    await gateway(['login', 'staging', system.url, '--token', token])
    const [session] = (await system.issuer.listSessions()).filter(({ email }) => email === 'ops@example.com')
    await system.issuer.endSession(session?.id ?? '', 'test')
    const outcome = await gateway(['whoami'])
    expect(outcome).toMatchObject({ code: 4, stdout: '' })
    expect(outcome.stderr).toMatch(
      /rejected the token: Your session ended on \d{4}-\d\d-\d\d [\d:]{5} UTC\. Log in again with: rack-gateway login staging\n$/,
    )
    const { rackUrl } = stubbed(await gateway(['apps']))
    await expect(list(rackUrl)).rejects.toThrow('401')
  })

  test('logout forgets the token', async () => {
    await login('staging')
    expect(await gateway(['logout', 'staging'])).toMatchObject({ code: 0 })
    expect(readFileSync(file().path, 'utf8')).not.toContain(deployer)
    expect(await gateway(['apps'])).toMatchObject({ code: 4, stdout: '' })
  })
})

function stubbed({ code, stdout, stderr }: Ended): { arguments: string; rackUrl: string } {
  const [, words, rackUrl] = /^arguments: (.*)\nRACK_URL: (.*)\n$/.exec(stdout) ?? []
  if (code !== 0 || words === undefined || rackUrl === undefined)
    throw new Error(`convox did not run: ${stdout}${stderr}`)
  return { arguments: words, rackUrl }
}

/** The names of the apps, asked for as convox does with a RACK_URL. */
async function list(rackUrl: string): Promise<string[]> {
  const { origin, pathname, username, password } = new URL(rackUrl)
  const authorization = basicAuthorization(password, username)
  const response = await fetch(`${origin}${pathname === '/' ? '' : pathname}/apps?`, { headers: { authorization } })
  if (response.status !== 200) throw new Error(String(response.status))
  const apps: { name: string }[] = JSON.parse(await response.text())
  return apps.map(({ name }) => name)
}

function actorsOf(rack: System['rack'] | undefined): (string | undefined)[] {
  return (rack?.received ?? []).map(
    ({ rawHeaders }) => rawHeaders[rawHeaders.findIndex((name) => name.toLowerCase() === 'convox-actor') + 1],
  )
}
