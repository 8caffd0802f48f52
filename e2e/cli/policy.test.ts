import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createUser, type TestUser } from '../management-api/callers.ts'
import { createMachine, type Machine } from '../support/convox/machine.ts'
import { type System, startSystem } from '../support/gateway/system.ts'
import { builtCommand } from '../support/processes.ts'
import type { Ended } from '../support/program.ts'

const example = fileURLToPath(new URL('../../examples/policy-tests', import.meta.url))
const frozen = 'version: 1\nblocked:\n  POST /apps/{app}/releases/{id}/promote: { reason: A freeze. }\n'

/** `rack-gateway policy …` as a platform engineer uses it, against a real gateway. */
describe('rack-gateway policy', () => {
  let system: System
  let machine: Machine
  let auditor: TestUser
  let deployer: TestUser
  beforeAll(async () => {
    system = await startSystem({ rackNames: ['staging'] })
    machine = createMachine(null)
    auditor = await createUser(system, 'auditor')
    deployer = await createUser(system, 'deployer')
    writeFileSync(join(machine.project, 'policy.yaml'), frozen)
    await system.send('POST', '/rack/staging/apps/myapp/releases/R1/promote?', deployer.token)
  })
  afterAll(async () => {
    machine.remove()
    await system.stop()
  })

  function run(
    words: readonly string[],
    { token, stdin = '' }: { token?: string; stdin?: string } = {},
  ): Promise<Ended> {
    const env = token === undefined ? {} : { RACK_GATEWAY_URL: system.url, RACK_GATEWAY_TOKEN: token }
    return machine.run(...builtCommand('rack-gateway', ['policy', ...words]), { env, stdin })
  }

  test('the example of the documentation is valid, and its cases exercise every rule', async () => {
    expect(await run(['check', join(example, 'policy.yaml')])).toMatchObject({ code: 0, stderr: '' })
    const { code, stdout, stderr } = await run(['test', example, '--strict'])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(
      /^12 cases, all passed, by \S+ \([0-9a-f]{12}\), without policy packages\ncovered 7 of 7 rules that \S+ defines\n$/,
    )
  })

  test('the example’s cases fail by a document that lost a rule', async () => {
    const text = readFileSync(join(example, 'policy.yaml'), 'utf8').replace('roles: [ops, admin]', 'roles: [admin]')
    writeFileSync(join(machine.project, 'lost.yaml'), text)
    const { code, stdout } = await run(['test', example, '--policy', 'lost.yaml'])
    expect(code).toBe(3)
    expect(stdout).toContain('failed: operators export one user (')
    expect(stdout).toContain('expected  allow by command:export-user\n  but it is deny by command:no-rule')
  })

  test('check reads stdin', async () => {
    expect(await run(['check', '-'], { stdin: 'version: 2\n' })).toEqual({
      code: 3,
      stdout: 'stdin:1:1: version should be 1\n',
      stderr: 'rack-gateway: stdin is not valid: 1 problem. The gateway would reject it.\n',
    })
  })

  test('diff compares with the policy in force at the gateway', async () => {
    const { code, stdout } = await run(['diff', '@in-force', 'policy.yaml'], { token: deployer.token })
    expect([code, stdout]).toEqual([
      0,
      '1 change from @in-force to policy.yaml, without policy packages\nnewly denied:\n  everyone  POST /apps/{app}/releases/{id}/promote is blocked\n',
    ])
  })

  test('impact shows the affected users', async () => {
    const { code, stdout, stderr } = await run(['impact', 'policy.yaml', '--since', '1h'], { token: auditor.token })
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(
      /^policy\.yaml instead of the policy in force, for 1 recorded call since \S+\nnewly denied: 1 call\n/,
    )
    expect(stdout).toContain(
      `  1 time  ${deployer.email} (user)  POST /apps/{app}/releases/{id}/promote  on staging, myapp\n      A freeze. (rule blocked:POST /apps/{app}/releases/{id}/promote; last at `,
    )
    expect(
      (await system.events()).some(({ kind, principal }) => kind === 'policy.studied' && principal?.id === auditor.id),
    ).toBe(true)
  })

  test('impact needs the permission to read the audit log', async () => {
    const { code, stdout, stderr } = await run(['impact', 'policy.yaml'], { token: deployer.token })
    expect([code, stdout, stderr]).toEqual([
      5,
      '',
      expect.stringContaining('Only administrators and auditors can read'),
    ])
  })

  test('impact rejects an invalid --since', async () => {
    const { code, stderr } = await run(['impact', 'policy.yaml', '--since', 'yesterday'], { token: auditor.token })
    expect([code, stderr]).toEqual([2, expect.stringContaining('neither a duration nor a past time')])
  })
})
