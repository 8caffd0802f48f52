import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fastClock } from '@rack-gateway/demo-rack'
import { certificatePath } from '@rack-gateway/testing/certificates'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { logInAndSwitch } from '../console-mode/native-console.ts'
import { createUser, type TestUser } from '../management-api/callers.ts'
import { startTlsFront } from '../support/callers/connection.ts'
import { createMachine, type Machine } from '../support/convox/machine.ts'
import { type System, startSystem } from '../support/gateway/system.ts'
import { builtCommand } from '../support/processes.ts'
import type { Ended } from '../support/program.ts'

const convox = process.env.CONVOX_BIN ?? null
const timeout = 240_000
const until = Date.now() + 86_400_000

/** Commands that the policy denies a viewer, and a text of their output. */
const observedCommands = [
  ['env set ADDED=1', /^Release: R/m],
  ['run command "rake db:migrate"', /^ran: rake db:migrate/m],
  ['run command "exit 7"', /^/],
  ['exec web "echo hi"', /^hi/m],
  ['exec web "exit 3"', /^/],
  ['releases promote', /^Promoting R\w+\.\.\. /m],
  ['deploy -d observed', /^Promoting R\w+\.\.\. /m],
] as const

const neverAllowed = [
  ['apps export -f export.tgz', /\(rule no-permission\b/],
  ['cp web:/app/f.txt back.txt', /\(rule no-permission\b/],
  ['builds export BUILD -f build.tgz', /\(rule no-permission\b/],
  ['resources export database -f data.sql', /\(rule no-permission\b/],
  ['rack params set idle_timeout=1800', /\(rule blocked:PUT \/system\b/],
  ['exec build env', /\(rule blocked:build\b/],
  ['env set DATABASE_URL=postgres://evil', /\(rule protected-key\b/],
] as const

const modes = ['with a RACK_URL', 'in console mode', 'through rack-gateway'] as const
type Mode = (typeof modes)[number]

describe.skipIf(convox === null)('the native convox on an observed rack (runs when CONVOX_BIN names it)', () => {
  let system: System
  let front: Awaited<ReturnType<typeof startTlsFront>>
  let viewer: TestUser
  let build: string
  const machines = new Map<Mode, Machine>()

  beforeAll(async () => {
    const policyFile = join(mkdtempSync(join(tmpdir(), 'observe-')), 'policy.yaml')
    writeFileSync(policyFile, 'version: 1\nprotected: { environment: [DATABASE_URL] }\n')
    system = await startSystem({
      rackNames: ['staging', 'production'],
      clock: fastClock(20),
      observing: { racks: ['staging'], until },
      policyFile,
    })
    front = await startTlsFront(system.url)
    viewer = await createUser(system, 'viewer')
    for (const mode of modes) machines.set(mode, createMachine(convox))
    await logInAndSwitch(machineFor('in console mode'), {
      url: front.url,
      token: viewer.token,
      rack: 'gateway/staging',
    })
    build = JSON.parse((await system.get('/rack/staging/apps/myapp/builds?', viewer.token)).body)[0].id
  })
  afterAll(async () => {
    for (const machine of machines.values()) machine.remove()
    await front.stop()
    await system.stop()
  })

  function machineFor(mode: Mode): Machine {
    const machine = machines.get(mode)
    if (machine === undefined) throw new Error(`no machine ${mode}`)
    return machine
  }

  function run(mode: Mode, rack: string, line: string): Promise<Ended> {
    const machine = machineFor(mode)
    const command = `${line.replace('BUILD', build)} -a myapp`.replace(/^(rack .*) -a myapp$/, '$1')
    if (mode === 'in console mode') return machine.sh(`convox ${command} -r gateway/${rack}`)
    if (mode === 'with a RACK_URL') {
      const url = `${system.url.replace('://', `://convox:${viewer.token}@`)}/rack/${rack}`
      return machine.sh(`convox ${command}`, { env: { RACK_URL: url } })
    }
    const [node, words] = builtCommand('rack-gateway', [])
    return machine.sh(`'${[node, ...words].join("' '")}' ${command}`, {
      env: {
        RACK_GATEWAY_URL: front.url,
        RACK_GATEWAY_TOKEN: viewer.token,
        GATEWAY_RACK: rack,
        NODE_EXTRA_CA_CERTS: certificatePath('self-signed'),
      },
    })
  }

  const onRack = new Map<string, Promise<Ended>>()

  /** Past the gateway, and only once. */
  function runOnRack(line: string): Promise<Ended> {
    const { url, token } = system.rack
    const env = { RACK_URL: url.replace('://', `://convox:${token}@`) }
    const ended = onRack.get(line) ?? machineFor('with a RACK_URL').sh(`convox ${line} -a myapp`, { env })
    onRack.set(line, ended)
    return ended
  }

  describe.each(modes)('%s', (mode) => {
    test('reads show no secret values', { timeout }, async () => {
      for (const rack of ['staging', 'production']) {
        expect(await run(mode, rack, 'apps info')).toMatchObject({ code: 0, stderr: '' })
        const { code, stdout, stderr } = await run(mode, rack, 'env')
        expect([code, stderr]).toEqual([0, ''])
        expect(stdout).toMatch(/^SECRET_KEY_BASE=\[hidden/m)
        expect(stdout).not.toMatch(/s3cr3t|u:p@/)
      }
    })

    test.each(observedCommands)(
      '%s runs while observed, and is denied when enforced',
      { timeout },
      async (line, output) => {
        const expected = await runOnRack(line)
        const { code, stdout, stderr } = await run(mode, 'staging', line)
        expect([code, `${stdout}${stderr}`]).toEqual([expected.code, expect.stringMatching(output)])
        expect(stdout).not.toMatch(/s3cr3t|u:p@/)
        const note = 'rack-gateway: Would be denied when enforced: '
        expect(stderr.includes(note)).toBe(mode === 'through rack-gateway')

        const denied = await run(mode, 'production', line)
        expect(denied.code).toBe(mode === 'through rack-gateway' ? 5 : 1)
        expect(`${denied.stdout}${denied.stderr}`).toMatch(/\(rule no-permission\b/)
      },
    )

    test.each(neverAllowed)('%s is denied', { timeout }, async (line, output) => {
      system.rack.clearReceived()
      const { code, stdout, stderr } = await run(mode, 'staging', line)
      expect([code === 0, `${stdout}${stderr}`]).toEqual([false, expect.stringMatching(output)])
      expect(system.rack.received.filter(({ method }) => method !== 'GET')).toEqual([])
    })
  })

  test('the secret values are still those of the rack', async () => {
    const { stdout } = await runOnRack('env')
    expect(stdout).toMatch(/^SECRET_KEY_BASE=s3cr3t-myapp$/m)
    expect(stdout).toMatch(/^DATABASE_URL=postgres:\/\/u:p@db\/app$/m)
    expect(stdout).toMatch(/^ADDED=1$/m)
  })
})
