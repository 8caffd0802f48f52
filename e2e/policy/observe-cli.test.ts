import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createUser, type TestUser } from '../management-api/callers.ts'
import { createMachine, type Machine, writeStubConvox } from '../support/convox/machine.ts'
import { type System, startSystem } from '../support/gateway/system.ts'
import { builtCommand } from '../support/processes.ts'
import type { Ended } from '../support/program.ts'

const until = Date.now() + 86_400_000
const end = new Date(until).toISOString()
const promote = ['releases', 'promote', 'R1', '-a', 'myapp']
const denial =
  'release:promote on myapp needs one of the roles deployer, ci, and admin; you have the role viewer on staging. Ask an administrator of the gateway for a role that has it. (rule no-permission, from bindings)'

let system: System
let machine: Machine
let viewer: TestUser
beforeAll(async () => {
  system = await startSystem({ rackNames: ['staging', 'production'], observing: { racks: ['staging'], until } })
  viewer = await createUser(system, 'viewer')
  machine = createMachine(null)
  writeStubConvox(join(machine.home, 'bin', 'convox'))
  const directory = join(machine.home, 'config', 'rack-gateway')
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const { url } = system
  const config = {
    gateways: { staging: { url, rack: 'staging' }, production: { url, rack: 'production' } },
    sessions: { [url]: { token: viewer.token } },
    current: 'staging',
  }
  writeFileSync(join(directory, 'config.json'), JSON.stringify(config), { mode: 0o600 })
})
afterAll(async () => {
  machine.remove()
  await system.stop()
})

const gateway = (...words: readonly string[]): Promise<Ended> => machine.run(...builtCommand('rack-gateway', words), {})

test('a command that the policy denies is started, and a note says what would be denied', async () => {
  const { code, stdout, stderr } = await gateway(...promote)
  expect([code, stdout.startsWith('arguments: ')]).toEqual([0, true])
  expect(stderr).toContain(
    `rack-gateway: Would be denied when enforced: ${denial} The rack staging is in observe mode until ${end}.\n`,
  )
  const enforced = await gateway('-r', 'production', ...promote)
  expect([enforced.code, enforced.stdout]).toEqual([5, ''])
})

test('a command that observe mode does not allow is not started', async () => {
  const { code, stderr } = await gateway('exec', 'build', 'env', '-a', 'myapp')
  expect([code, stderr]).toEqual([5, expect.stringContaining('rule blocked:build')])
})

test('can allows the command, and says what would be denied', async () => {
  expect(await gateway('can', ...promote)).toEqual({
    code: 0,
    stderr: '',
    stdout: `Allowed in observe mode: convox releases promote on staging, as ${viewer.email}
  POST /apps/{app}/releases/{id}/promote
    Would be denied when enforced: ${denial}
`,
  })
  const { stdout } = await gateway('can', '--json', ...promote)
  const { effect, calls } = JSON.parse(stdout)
  expect(effect).toBe('allow')
  const route = 'POST /apps/{app}/releases/{id}/promote'
  expect(calls).toContainEqual(
    expect.objectContaining({
      route,
      decision: expect.objectContaining({ rule: 'observe-mode', wouldBe: expect.objectContaining({ effect: 'deny' }) }),
    }),
  )
})

test('racks shows the end of observe mode', async () => {
  const { stdout } = await gateway('racks')
  expect(stdout).toMatch(new RegExp(`staging .* observe mode until ${end}`))
  const automation = { RACK_GATEWAY_URL: system.url, RACK_GATEWAY_TOKEN: viewer.token }
  const rows = await machine.run(...builtCommand('rack-gateway', ['racks', '--json']), { env: automation })
  expect(JSON.parse(rows.stdout)).toMatchObject([
    { rack: 'production', observing: null },
    { rack: 'staging', observing: { until: end } },
  ])
})
