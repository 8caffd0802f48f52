import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { callManagementApi as call } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createUser, type TestUser } from '../management-api/callers.ts'
import { type ObservedProxy, startObservedProxy } from '../support/callers/observed-proxy.ts'
import { createMachine, type Machine, writeStubConvox } from '../support/convox/machine.ts'
import { changesApplied, type System, startSystem } from '../support/gateway/system.ts'
import { builtCommand } from '../support/processes.ts'
import type { Ended } from '../support/program.ts'

const promote = ['releases', 'promote', 'R1', '-a', 'myapp']
const effective = 'GET /gateway/api/v1/policy/effective?rack=staging'
const report = 'POST /gateway/api/v1/policy/stopped-calls'
const refusal =
  'rack-gateway: "convox releases promote" was not started: release:promote on myapp needs one of the roles deployer, ci, and admin; you have the role viewer on staging. Ask an administrator of the gateway for a role that has it. (rule no-permission, from bindings)\n'

/** `rack-gateway` as a person uses it, against a real gateway; convox is a script that says that it was started. */
describe('before convox is started', () => {
  let system: System
  let proxy: ObservedProxy
  let viewer: TestUser
  let deployer: TestUser
  let machine: Machine
  beforeAll(async () => {
    system = await startSystem({ rackNames: ['staging', 'production'] })
    proxy = await startObservedProxy(system.url)
    viewer = await createUser(system, 'viewer')
    deployer = await createUser(system, 'deployer')
  })
  afterAll(async () => {
    await proxy.close()
    await system.stop()
  })
  beforeEach(() => {
    machine?.remove()
    machine = createMachine(null)
    writeStubConvox(join(machine.home, 'bin', 'convox'))
    proxy.is = 'open'
    proxy.before = null
    proxy.asked.length = 0
  })
  afterAll(() => machine.remove())

  const directory = () => join(machine.home, 'config', 'rack-gateway')
  const kept = () => readdirSync(join(directory(), 'policy')).map((name) => join(directory(), 'policy', name))

  function as({ token }: Pick<TestUser, 'token'>): void {
    mkdirSync(directory(), { recursive: true, mode: 0o700 })
    const config = {
      gateways: { staging: { url: proxy.url, rack: 'staging' } },
      tokens: { staging: { token } },
      current: 'staging',
    }
    writeFileSync(join(directory(), 'config.json'), JSON.stringify(config), { mode: 0o600 })
  }

  function gateway(...words: readonly string[]): Promise<Ended> {
    return machine.run(...builtCommand('rack-gateway', words), {})
  }

  const started = ({ stdout }: Ended) => stdout.startsWith('arguments: ')

  test('a command that the gateway would deny causes exit code 5 with its message, and convox is not started', async () => {
    as(viewer)
    expect(await gateway(...promote)).toEqual({ code: 5, stdout: '', stderr: refusal })
    expect(proxy.asked).toEqual([effective, report])

    const real = await system.send('POST', '/rack/staging/apps/myapp/releases/R1/promote?', viewer.token)
    const [, words = ''] = refusal.trim().split('was not started: ')
    expect(real.error).toBe(words.replace(', from bindings)', ')'))
  })

  test('rack kubeconfig is not started, because its file would not work', async () => {
    as(viewer)
    const { code, stdout, stderr } = await gateway('rack', 'kubeconfig')
    expect([code, stdout]).toEqual([5, ''])
    expect(stderr).toContain('The gateway does not forward the API of the cluster')
  })

  describe('a command that was not started', () => {
    /** One event of each report, because a busy gateway can get a report twice. */
    async function unsent(id: string) {
      const events = (await system.events()).filter(({ sent, principal }) => sent === false && principal?.id === id)
      return [...new Map(events.map((event) => [event.detail?.report, event])).values()]
    }

    test('is in the audit log as a denial that was not sent, and changes the impact of a policy', async () => {
      const someone = await createUser(system, 'viewer')
      as(someone)
      await gateway('apps', 'delete', 'myapp')
      await gateway('run', 'command', 'rake db:drop PASSWORD=hunter2', '-a', 'myapp', '--detach')
      // A busy gateway can record a report after the command has ended.
      await expect.poll(() => unsent(someone.id), { timeout: 10_000 }).toHaveLength(2)
      const events = await unsent(someone.id)
      expect(events).toMatchObject([
        { kind: 'call', sent: false, route: 'DELETE /apps/{app}', rack: 'staging', app: 'myapp' },
        { permission: 'process:run', command: ['rake', 'db:drop', 'PASSWORD=[hidden]'], hidden: ['command'] },
      ])
      expect(events.map(({ decision, status }) => [decision?.effect, decision?.rule, status])).toEqual([
        ['deny', 'no-permission', undefined],
        ['deny', 'no-permission', undefined],
      ])
      const opened = 'version: 1\nroles: { viewer: { extends: [viewer], permissions: [app:delete] } }\n'
      const auditor = await createUser(system, 'auditor')
      const response = await call(system, auditor.token, 'POST', '/policy/impact', { document: opened, since: '1h' })
      expect(response.json).toMatchObject({
        changes: [{ effect: 'allows', principal: { id: someone.id }, route: 'DELETE /apps/{app}' }],
      })
    })

    test('is found by audit search, which says that it was not sent', async () => {
      const someone = await createUser(system, 'viewer')
      as(someone)
      await gateway('apps', 'delete', 'myapp')
      await expect.poll(() => unsent(someone.id), { timeout: 10_000 }).toHaveLength(1)
      as(await createUser(system, 'auditor'))
      const { code, stdout } = await gateway('audit', 'search', '--effect', 'deny', '--principal', someone.email)
      expect([code, stdout]).toEqual([0, expect.stringContaining('deny not sent')])
    })

    test('has no event if the gateway decides otherwise by the time of the report', async () => {
      const someone = await createUser(system, 'viewer')
      as(someone)
      proxy.before = async (asked) => {
        if (!asked.startsWith(report)) return
        await system.issuer.addBinding({ kind: 'user', id: someone.id }, { role: 'deployer', apps: 'myapp' })
        await changesApplied(system)
      }
      expect(await gateway(...promote)).toMatchObject({ code: 5, stdout: '' })
      expect(await unsent(someone.id)).toEqual([])
    })

    test('is reported by the next command if the gateway could not be reached', async () => {
      const someone = await createUser(system, 'viewer')
      as(someone)
      proxy.before = async (asked) => {
        if (asked.startsWith(report)) proxy.is = 'cut'
      }
      expect(await gateway(...promote)).toEqual({ code: 5, stdout: '', stderr: refusal })
      expect(await unsent(someone.id)).toEqual([])
      proxy.before = null
      proxy.is = 'open'
      const waiting = () => readdirSync(join(directory(), 'stopped-calls'))
      expect(waiting()).toHaveLength(1)
      // On a busy machine, a short command may not wait for the response.
      while (waiting().length > 0) expect(started(await gateway('apps'))).toBe(true)
      expect(await unsent(someone.id)).toMatchObject([{ route: 'POST /apps/{app}/releases/{id}/promote', sent: false }])
    })
  })

  test.each([
    [['rack', 'logs'], 'rack:log-read on staging needs one of the roles '],
    [['proxy', 'db.internal:5432'], 'resource:proxy, for a resource of an app, needs one of the roles '],
    [
      ['resources', 'proxy', 'database', '-a', 'myapp'],
      'resource:proxy, for a resource of an app, needs one of the roles ',
    ],
    [['resources', 'console', 'database', '-a', 'myapp'], 'resource:console on myapp needs the role '],
  ])('%j is denied with the reason, which the native convox would not print', async (words, reason) => {
    as(viewer)
    const { code, stdout, stderr } = await gateway(...words)
    expect([code, stdout, stderr]).toEqual([5, '', expect.stringContaining(`was not started: ${reason}`)])
    as(deployer)
    if (words.includes('proxy')) expect(started(await gateway(...words))).toBe(true)
  })

  test('an allowed command runs, and later commands use the cached policy; its file has mode 600 and contains no secret', async () => {
    as(deployer)
    expect(started(await gateway(...promote))).toBe(true)
    expect(started(await gateway('env', 'set', 'A=b', '-a', 'myapp'))).toBe(true)
    expect(proxy.asked).toEqual([effective])

    const [file = '', ...others] = kept()
    expect(others).toEqual([])
    expect([statSync(file).mode & 0o777, statSync(join(file, '..')).mode & 0o777]).toEqual([0o600, 0o700])
    const content = readFileSync(file, 'utf8')
    for (const secret of [deployer.token, deployer.session, viewer.email, system.rack.token])
      expect(content).not.toContain(secret)
  })

  test('before a denial, the cached policy is revalidated, so that a new binding applies at once', async () => {
    const someone = await createUser(system, 'viewer')
    as(someone)
    expect(await gateway(...promote)).toMatchObject({ code: 5 })
    expect(await gateway(...promote)).toMatchObject({ code: 5, stdout: '' })
    expect(proxy.asked).toEqual([effective, report, `${effective} if changed`, report])

    await system.issuer.addBinding({ kind: 'user', id: someone.id }, { role: 'deployer', apps: 'myapp' })
    await changesApplied(system)
    expect(started(await gateway(...promote))).toBe(true)
    expect(started(await gateway(...promote))).toBe(true)
    expect(proxy.asked).toHaveLength(5)
  })

  test('a removed permission still passes the local pre-check, and is denied by the gateway', async () => {
    const admin = await createUser(system, 'admin')
    const someone = await createUser(system, null)
    const subject = { kind: 'user', id: someone.id }
    const binding = await call(system, admin.token, 'POST', '/bindings', { subject, role: 'deployer' })
    await changesApplied(system)
    as(someone)
    expect(started(await gateway(...promote))).toBe(true)

    expect((await call(system, admin.token, 'DELETE', `/bindings/${binding.text('id')}`)).status).toBe(200)
    await changesApplied(system)
    expect(started(await gateway(...promote))).toBe(true)
    expect(proxy.asked).toEqual([effective])
    expect((await system.send('POST', '/rack/staging/apps/myapp/releases/R1/promote?', someone.token)).status).toBe(403)
  })

  test('without a response convox is started, and the gateway decides', async () => {
    as(viewer)
    expect(await gateway(...promote)).toMatchObject({ code: 5 })
    for (const is of ['cut', 'silent'] as const) {
      proxy.is = is
      proxy.asked.length = 0
      const outcome = await gateway(...promote)
      expect([is, started(outcome), outcome.code, outcome.stderr]).toEqual([is, true, 0, ''])
      expect(proxy.asked).toHaveLength(1)
    }
  })

  test('a cached policy is ignored if it is truncated, empty, or in another format', async () => {
    as(viewer)
    await gateway('apps')
    const changes: ((content: string) => string)[] = [
      (content) => content.slice(0, 500),
      () => '',
      (content) => content.replace(/^rack-gateway policy \d+/, 'rack-gateway policy 0'),
    ]
    for (const change of changes) {
      proxy.asked.length = 0
      for (const file of kept()) writeFileSync(file, change(readFileSync(file, 'utf8')))
      expect(await gateway(...promote)).toMatchObject({ code: 5, stdout: '' })
      expect(proxy.asked).toEqual([effective, report])
    }
  })

  test('a modified cached policy does not deny an allowed command', async () => {
    as(deployer)
    await gateway('apps')
    for (const file of kept())
      writeFileSync(file, readFileSync(file, 'utf8').replace('"role":"deployer"', '"role":"viewer"'))
    expect(started(await gateway(...promote))).toBe(true)
    expect(proxy.asked).toEqual([effective, effective])
  })

  test('a policy cached for another login, rack, or gateway is never used', async () => {
    as(deployer)
    expect(started(await gateway(...promote))).toBe(true)
    as(viewer)
    expect(await gateway(...promote)).toMatchObject({ code: 5, stdout: '' })
    expect(proxy.asked).toEqual([effective, effective, report])
    expect(kept()).toHaveLength(2)
  })

  test('--no-precheck starts convox without a request', async () => {
    as(viewer)
    const outcome = await gateway('--no-precheck', ...promote)
    expect(outcome).toMatchObject({ code: 0, stderr: '' })
    expect(outcome.stdout).toMatch(/^arguments: releases promote R1 -a myapp\n/)
    expect(proxy.asked).toEqual([])
  })

  test('a command whose decision depends on the process is started', async () => {
    as(deployer)
    expect(started(await gateway('exec', 'web-1', 'bin/pre_release', '-a', 'myapp'))).toBe(true)
    expect(await gateway('exec', 'web-1', 'ls', '-a', 'myapp')).toMatchObject({ code: 5, stdout: '' })
  })

  describe('can', () => {
    test('shows the result, the reason, and the rule', async () => {
      as(viewer)
      expect(await gateway('can', ...promote)).toEqual({
        code: 5,
        stderr: '',
        stdout: `Denied: convox releases promote on staging, as ${viewer.email}
  POST /apps/{app}/releases/{id}/promote
    Denied: release:promote on myapp needs one of the roles deployer, ci, and admin; you have the role viewer on staging. Ask an administrator of the gateway for a role that has it. (rule no-permission, from bindings)
`,
      })
      as(deployer)
      const allowed = await gateway('can', ...promote)
      expect([allowed.code, allowed.stdout.split('\n')[0]]).toEqual([
        0,
        `Allowed: convox releases promote on staging, as ${deployer.email}`,
      ])
    })

    test('--as of a locked user is refused, with the reason', async () => {
      const [admin, locked] = [await createUser(system, 'admin'), await createUser(system, 'deployer')]
      await system.sql`update gateway.users set locked_at = now() where id = ${locked.id}`
      as(admin)
      const { code, stderr } = await gateway('can', '--as', locked.email, ...promote)
      expect([code, stderr]).toEqual([5, expect.stringContaining('This user is locked')])
    })

    test('--json has the objects of the events', async () => {
      as(viewer)
      const { code, stdout } = await gateway('can', '--json', ...promote, '--rack', 'staging')
      const { effect, calls } = JSON.parse(stdout)
      expect([code, effect]).toEqual([5, 'deny'])
      await system.send('POST', '/rack/staging/apps/myapp/releases/R1/promote?', viewer.token)
      const refused = calls.filter((one: { decision: { effect: string } }) => one.decision.effect === 'deny')
      expect(refused.map((one: { decision: object }) => one.decision)).toEqual([
        expect.objectContaining({ ...(await system.lastEvent()).decision }),
      ])
    })

    test('shows both results if the decision depends on the rack', async () => {
      as(deployer)
      const { code, stdout } = await gateway('can', 'exec', 'web-1', 'bin/pre_release', '-a', 'myapp')
      expect(code).toBe(0)
      expect(stdout).toContain('It depends on facts that only the rack knows: convox exec on staging')
      expect(stdout).toContain('Allowed if it is a process of the service command: ')
      expect(stdout).toContain('Denied if it is a process of another service: process:exec-any on myapp ')
    })

    test('--as needs the permission to manage users', async () => {
      as(viewer)
      const refused = await gateway('can', '--as', deployer.email, ...promote)
      expect([refused.code, refused.stdout]).toEqual([2, ''])
      expect(refused.stderr).toContain('gateway:user:write')
      as(await createUser(system, 'admin'))
      const response = await gateway('can', `--as=${deployer.email}`, ...promote)
      expect([response.code, response.stdout.split('\n')[0]]).toEqual([
        0,
        `Allowed: convox releases promote on staging, as ${deployer.email}`,
      ])
    })
  })
})
