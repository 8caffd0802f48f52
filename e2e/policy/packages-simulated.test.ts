import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { callManagementApi as call } from '@rack-gateway/testing/management-api'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createUser, type TestUser } from '../management-api/callers.ts'
import { createMachine, type Machine, writeStubConvox } from '../support/convox/machine.ts'
import { type PackageFiles, packageFiles } from '../support/gateway/policy-packages.ts'
import { type System, startSystem } from '../support/gateway/system.ts'
import { builtCommand } from '../support/processes.ts'

/** What it does depends on the app; how often it was asked, and by whom, is at a route of its own. */
const probe = `
const asked = []
let answer = () => undefined
export default {
  name: 'probe',
  timeoutMs: 500,
  evaluate(call, { simulated, phase, principal }) {
    if (call.route.startsWith('GET ')) return null
    asked.push({ simulated, phase, by: principal.name, address: call.address, app: call.app, release: call.params.id, service: call.service })
    const no = { effect: 'deny', rule: 'closed', reason: 'This app is closed.', next: 'Wait until Monday.' }
    if (call.app === 'denied') return no
    if (call.app === 'worker-only' && call.process?.service === 'command') return no
    if (call.app === 'approved') return { effect: 'require', requirement: 'approval', request: 'four-eyes', rule: 'four-eyes', reason: 'This app is delicate.', next: 'Ask a colleague.' }
    if (call.app === 'throws') throw new Error('hunter2')
    if (call.app === 'hangs') return new Promise(() => undefined)
    return null
  },
  register(scope) {
    scope.get('/asked', { config: { anonymous: true } }, async () => asked.splice(0))
  },
}`

const policy = `version: 1
requests:
  four-eyes: { from: [group:engineering], role: deployer, longest: 1h, reviewers: [group:leads] }
`

const promote = (app: string) => ({ route: 'POST /apps/{app}/releases/{id}/promote', app, params: { app, id: 'R1' } })

describe('simulated denials by policy packages', () => {
  let files: PackageFiles
  let system: System
  let deployer: TestUser
  let admin: TestUser
  beforeAll(async () => {
    files = await packageFiles()
    system = await startSystem({
      policyFile: await files.write('policy.yaml', policy),
      policyPackages: [await files.write('probe.mjs', probe)],
    })
    deployer = await createUser(system, 'deployer')
    admin = await createUser(system, 'admin')
  })
  afterAll(async () => {
    await system.stop()
    await files.remove()
  })
  beforeEach(async () => {
    system.rack.clearReceived()
    await asked()
  })

  async function asked(): Promise<Record<string, unknown>[]> {
    const { json } = await system.raw('GET /gateway/packages/probe/asked HTTP/1.1\r\nHost: gateway\r\n\r\n')
    return Array.isArray(json) ? json : []
  }

  function decisions(token: string, calls: readonly object[], as?: string) {
    return call(system, token, 'POST', '/policy/decisions', { rack: 'staging', calls, ...(as && { as }) })
  }

  test.each(['denied', 'approved', 'throws', 'hangs', 'myapp'])(
    'is the same decision as for the call itself (%s)',
    async (app) => {
      const response = await decisions(deployer.token, [promote(app)])
      expect(response.status).toBe(200)
      expect(system.rack.received).toEqual([])
      const simulated = Object(response.json).decisions[0].decision
      const real = await system.send('POST', `/rack/staging/apps/${app}/releases/R1/promote?`, deployer.token)
      const { decision } = await system.lastEvent()
      expect(simulated).toMatchObject({ ...decision })
      expect(real.status === 403).toBe(simulated.effect !== 'allow')
      expect(response.body).not.toContain('hunter2')
    },
  )

  test('is evaluated as a simulation, by names, and only for calls that roles allow', async () => {
    const viewer = await createUser(system, 'viewer')
    await decisions(viewer.token, [promote('denied')])
    expect(await asked()).toEqual([])
    await decisions(deployer.token, [promote('myapp')])
    expect(await asked()).toEqual([
      {
        simulated: true,
        phase: 'begin',
        by: deployer.email,
        address: '127.0.0.1',
        app: 'myapp',
        release: 'R1',
        service: null,
      },
    ])
    await system.send('POST', '/rack/staging/apps/denied/releases/R1/promote?', deployer.token)
    expect(await asked()).toEqual([expect.objectContaining({ simulated: false, phase: 'begin' })])
  })

  test('records no event and has a counter of its own', async () => {
    const counts = async () => {
      const { body } = await system.raw('GET /gateway/health/ready HTTP/1.1\r\nHost: gateway\r\n\r\n')
      return /asked (\d+), simulated (\d+), objected (\d+)/.exec(body)?.slice(1).map(Number) ?? []
    }
    const [askedBefore, simulatedBefore = 0, objectedBefore] = await counts()
    const before = (await system.events()).length
    await decisions(deployer.token, [promote('denied'), promote('denied'), promote('myapp')])
    await expect.poll(counts).toEqual([askedBefore, simulatedBefore + 3, objectedBefore])
    expect((await system.events()).length).toBe(before)
  })

  test('for another user are evaluated as that user, without an address', async () => {
    const response = await decisions(admin.token, [promote('denied')], deployer.email)
    expect([response.text('caller.name'), response.text('decisions.0.decision.rule')]).toEqual([
      deployer.email,
      'package:probe:closed',
    ])
    expect(await asked()).toEqual([expect.objectContaining({ by: deployer.email, address: null, simulated: true })])
  })

  test('depends on facts of the rack if the package reads them', async () => {
    const exec = { route: 'WS /apps/{app}/processes/{pid}/exec', app: 'worker-only', params: { pid: 'p-1' } }
    const response = await decisions(admin.token, [{ ...exec, command: { header: 'rails console', by: 'exec' } }])
    const [one] = Object(response.json).decisions
    expect(one).toMatchObject({
      decision: { effect: 'allow', rule: 'command:any-command' },
      otherwise: {
        when: 'it is a process of the service command',
        decision: { effect: 'deny', rule: 'package:probe:closed' },
      },
    })
    expect((await asked()).map(({ service }) => service)).toContain('command')
  })

  test('for many calls are answered for each; a package that does not answer is awaited once', async () => {
    const calls = [promote('denied'), ...Array.from({ length: 50 }, () => promote('hangs')), promote('myapp')]
    const response = await decisions(deployer.token, calls)
    const rules = Object(response.json).decisions.map((one: { decision: { rule: string } }) => one.decision.rule)
    expect(rules).toEqual(['package:probe:closed', ...Array.from({ length: 51 }, () => 'package-failed')])
    expect((await asked()).map(({ app }) => app)).toEqual(['denied', 'hangs'])
  })

  describe('by the command', () => {
    let machine: Machine
    beforeEach(() => {
      machine = createMachine(null)
      writeStubConvox(join(machine.home, 'bin', 'convox'))
    })
    afterEach(() => machine.remove())

    function as({ token }: TestUser, ...words: readonly string[]) {
      const directory = join(machine.home, 'config', 'rack-gateway')
      mkdirSync(directory, { recursive: true, mode: 0o700 })
      const config = {
        gateways: { staging: { url: system.url, rack: 'staging' } },
        tokens: { staging: { token } },
        current: 'staging',
      }
      writeFileSync(join(directory, 'config.json'), JSON.stringify(config), { mode: 0o600 })
      return machine.run(...builtCommand('rack-gateway', words), {})
    }

    test('can shows rule, source, reason, and remedy, and ends with 5', async () => {
      expect(await as(deployer, 'can', 'releases', 'promote', 'R1', '-a', 'denied')).toEqual({
        code: 5,
        stderr: '',
        stdout: `Denied: convox releases promote on staging, as ${deployer.email}
  POST /apps/{app}/releases/{id}/promote
    Denied: This app is closed. Wait until Monday. (rule package:probe:closed, from probe)
`,
      })
    })

    test('can shows that the call needs an approval', async () => {
      const { code, stdout } = await as(deployer, 'can', 'releases', 'promote', 'R1', '-a', 'approved')
      expect(code).toBe(5)
      expect(stdout).toContain('Denied, because it needs an approval: convox releases promote')
      expect(stdout).toContain(
        'Needs an approval: This app is delicate. Ask a colleague. (rule package:probe:four-eyes, from probe)',
      )
    })

    test('the check before convox never refuses for them: it has no packages', async () => {
      for (const _ of [1, 2]) {
        const { code, stdout } = await as(deployer, 'releases', 'promote', 'R1', '-a', 'denied')
        expect([code, stdout.startsWith('arguments: releases promote')]).toEqual([0, true])
      }
      expect(await asked()).toEqual([])
    })
  })
})
