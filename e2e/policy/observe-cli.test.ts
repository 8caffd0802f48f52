import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createUser, type TestUser } from '../management-api/callers.ts'
import { type ObservedProxy, startObservedProxy } from '../support/callers/observed-proxy.ts'
import { createMachine, type Machine, writeStubConvox } from '../support/convox/machine.ts'
import { changesApplied, type System, startSystem } from '../support/gateway/system.ts'
import { builtCommand } from '../support/processes.ts'
import type { Ended } from '../support/program.ts'

const until = Date.now() + 86_400_000
const end = new Date(until).toISOString()
const promote = ['releases', 'promote', 'R1', '-a', 'myapp']
const denial =
  'release:promote on myapp needs one of the roles deployer, ci, and admin; you have the role viewer on staging. Ask an administrator of the gateway for a role that has it. (rule no-permission, from bindings)'

let system: System
let proxy: ObservedProxy
let machine: Machine
let viewer: TestUser
beforeAll(async () => {
  system = await startSystem({ rackNames: ['staging', 'production'], observing: { racks: ['staging'], until } })
  proxy = await startObservedProxy(system.url)
  viewer = await createUser(system, 'viewer')
  machine = createMachine(null)
  writeStubConvox(join(machine.home, 'bin', 'convox'))
  logIn(viewer)
})
afterAll(async () => {
  machine.remove()
  await proxy.close()
  await system.stop()
})

function logIn({ token }: Pick<TestUser, 'token'>): void {
  const directory = join(machine.home, 'config', 'rack-gateway')
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const { url } = proxy
  const config = {
    gateways: { staging: { url, rack: 'staging' }, production: { url, rack: 'production' } },
    sessions: { [url]: { token } },
    current: 'staging',
  }
  writeFileSync(join(directory, 'config.json'), JSON.stringify(config), { mode: 0o600 })
}

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

test('a call for each service of the app is in the note, and can shows it', async () => {
  const { code, stderr } = await gateway('restart', '-a', 'myapp')
  const wouldBe =
    'Would be denied when enforced: service:restart on myapp needs one of the roles ops, deployer, and admin; you have the role viewer on staging.'
  expect([code, stderr]).toEqual([0, expect.stringContaining(`rack-gateway: ${wouldBe}`)])
  const { stdout } = await gateway('can', 'restart', '-a', 'myapp')
  expect(stdout).toContain(`Allowed in observe mode: convox restart on staging, as ${viewer.email}
  POST /apps/{app}/services/{service}/restart
    ${wouldBe}`)
  const enforced = await gateway('can', '-r', 'production', 'restart', '-a', 'myapp')
  expect([enforced.code, enforced.stdout]).toEqual([
    0,
    expect.stringMatching(/^It depends on facts that only the rack knows: .*Denied: service:restart on myapp/s),
  ])
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

describe('the cached policy', () => {
  const note = 'Would be denied when enforced'

  test('a role that was just granted ends the note of the next command', async () => {
    const user = await createUser(system, 'viewer')
    logIn(user)
    expect((await gateway(...promote)).stderr).toContain(note)
    await system.issuer.addBinding({ kind: 'user', id: user.id }, { role: 'deployer', apps: 'myapp' })
    await changesApplied(system)
    const { code, stdout, stderr } = await gateway(...promote)
    expect([code, stdout.startsWith('arguments: '), stderr]).toEqual([0, true, ''])
  })

  test('once the policy is enforced, the next command is denied without a note', async () => {
    logIn(viewer)
    expect((await gateway(...promote)).stderr).toContain(note)
    const enforcing = await system.replica({ observing: null })
    proxy.to = enforcing.url
    try {
      const { code, stdout, stderr } = await gateway(...promote)
      expect([code, stdout, stderr]).toEqual([
        5,
        '',
        `rack-gateway: "convox releases promote" was not started: ${denial}\n`,
      ])
    } finally {
      proxy.to = system.url
      await enforcing.app.close()
    }
  })
})

test('with --rack, the report and the suggestion are about one rack', async () => {
  await system.send('POST', '/rack/staging/apps/myapp/services/web/restart?', viewer.token)
  const env = { RACK_GATEWAY_URL: system.url, RACK_GATEWAY_TOKEN: await system.token('admin') }
  const run = async (...words: readonly string[]) =>
    JSON.parse((await machine.run(...builtCommand('rack-gateway', ['policy', ...words, '--json']), { env })).stdout)
  const all = await run('impact', '--would-be')
  expect(all.rows).toContainEqual(expect.objectContaining({ rack: 'staging' }))
  expect(await run('impact', '--would-be', '--rack', 'staging')).toMatchObject({
    rows: all.rows.filter(isOn('staging')),
  })
  expect((await run('impact', '--would-be', '-r', 'production')).rows.every(isOn('production'))).toBe(true)
  expect((await run('suggest', '--output', 'all')).calls).toBeGreaterThan(0)
  expect((await run('suggest', '--rack', 'production', '--output', 'one')).files.bindings).not.toContain(
    '--racks staging',
  )
})

const isOn = (name: string) => (row: { rack: string }) => row.rack === name
