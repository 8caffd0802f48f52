import { fastClock } from '@rack-gateway/demo-rack'
import { certificatePath } from '@rack-gateway/testing/certificates'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { logInAndSwitch } from '../console-mode/native-console.ts'
import { approve, createPerson, deploy, type Person, requestsPolicy, writeRequestsPolicy } from '../requests/people.ts'
import { startTlsFront } from '../support/callers/connection.ts'
import { createMachine, type Machine } from '../support/convox/machine.ts'
import { type System, startSystem } from '../support/gateway/system.ts'
import { builtCommand } from '../support/processes.ts'
import type { Ended } from '../support/program.ts'

const convox = process.env.CONVOX_BIN ?? null
const timeout = 240_000

const rule = `commands:
  extend: built-in
  rules:
    wait: { run: sleep 3600, roles: [deployer, admin] }
`

/** Commands of a deployer, and a text of their output. */
const deployerCommands = [
  ['restart', /^Restarting web\.\.\. OK/m],
  ['run command "rake stripe:prepare"', /^ran: rake stripe:prepare/m],
  ['deploy -d granted', /^Promoting R\w+\.\.\. /m],
] as const

const modes = ['with a RACK_URL', 'in console mode', 'through rack-gateway'] as const
type Mode = (typeof modes)[number]

describe.skipIf(convox === null)('the native convox under a grant (runs when CONVOX_BIN names it)', () => {
  let system: System
  let front: Awaited<ReturnType<typeof startTlsFront>>
  let viewer: Person
  let lead: Person
  const machines = new Map<Mode, Machine>()

  beforeAll(async () => {
    system = await startSystem({
      rackNames: ['staging', 'production'],
      clock: fastClock(20),
      policyFile: writeRequestsPolicy(`${requestsPolicy}${rule}`),
    })
    front = await startTlsFront(system.url)
    viewer = await createPerson(system, 'viewer-native@example.com', ['engineering'])
    await system.issuer.addBinding({ kind: 'user', id: viewer.id }, { role: 'viewer' })
    lead = await createPerson(system, 'lead-native@example.com', ['leads'])
    for (const mode of modes) machines.set(mode, createMachine(convox))
    await logInAndSwitch(machineFor('in console mode'), {
      url: front.url,
      token: viewer.token,
      rack: 'gateway/staging',
    })
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
    const command = `${line} -a myapp`
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

  async function askAndApprove(): Promise<string> {
    const asked = await viewer.call('POST', '/access-requests', deploy)
    expect(asked.status).toBe(201)
    await approve(lead, asked.text('id'))
    return asked.text('id')
  }

  describe.each(modes)('%s', (mode) => {
    test('a denial has the command to ask, the grant allows its rack only, and a revocation ends it', {
      timeout,
    }, async () => {
      for (const [line] of deployerCommands) {
        const denied = await run(mode, 'staging', line)
        expect(denied.code).not.toBe(0)
        expect(`${denied.stdout}${denied.stderr}`).toContain(
          'Ask for access: rack-gateway request --role deployer --rack staging',
        )
      }
      const id = await askAndApprove()
      for (const [line, output] of deployerCommands) {
        const { code, stdout, stderr } = await run(mode, 'staging', line)
        expect([code, `${stdout}${stderr}`]).toEqual([0, expect.stringMatching(output)])
        expect((await run(mode, 'production', line)).code).not.toBe(0)
      }
      const { json } = await viewer.call('GET', `/access-requests/${id}/events?limit=200`)
      const { items } = json as { items: readonly { event: { route: string; decision: { grant: string } } }[] }
      expect(new Set(items.map(({ event }) => event.decision.grant))).toEqual(new Set([id]))
      expect(items.map(({ event }) => event.route)).toContain('POST /apps/{app}/releases/{id}/promote')

      const session = run(mode, 'staging', 'run command "sleep 3600"')
      await expect.poll(() => live(id), { timeout: 20_000 }).toBe(1)
      const revoked = await lead.call('POST', `/access-requests/${id}/revoke`, { note: 'enough for now' })
      expect(revoked.status).toBe(200)
      const { code, stdout, stderr } = await session
      expect(code).not.toBe(0)
      expect(`${stdout}${stderr}`).toMatch(/revoked by lead-native@example\.com.*enough for now/s)
      expect((await run(mode, 'staging', 'restart')).code).not.toBe(0)
    })
  })

  async function live(id: string): Promise<number> {
    const { json } = await viewer.call('GET', `/access-requests/${id}`)
    return (json as { live: unknown[] }).live.length
  }
})
