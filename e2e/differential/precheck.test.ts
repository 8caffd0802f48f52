import { randomUUID } from 'node:crypto'
import type { AuditEvent } from '@rack-gateway/audit'
import { certainDenial, plannedCommand, readSnapshot, toRequestedCall } from '@rack-gateway/cli'
import type { PlannedCall } from '@rack-gateway/convox-api/commands'
import type { Decision, PolicyDocument } from '@rack-gateway/rbac-policy'
import { callManagementApi } from '@rack-gateway/testing/management-api'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type System, startSystem } from '../support/gateway/system.ts'
import { anyCommand } from './any-command.ts'
import { anyPolicy, customRole } from './any-policy.ts'
import { type Filling, plannedWireCall } from './planned-wire-call.ts'
import { bytesOfCall, statusOf } from './wire-call.ts'

const roles = ['viewer', 'ops', 'deployer', 'ci', 'admin', 'auditor', customRole]
const racks = ['*', 'staging', 'prod*']
const apps = ['*', 'myapp', 'my*', 'otherapp']
const seed = Number(process.env.PRECHECK_SEED ?? Date.now() % 1_000_000)
const ownProcess = 'own-process'

interface Caller {
  readonly name: string
  readonly token: string
  /** What own processes are known by. */
  readonly id: string
}

/** The check before the call and the gateway decide separately. The gateway denies each call that the check denies, whatever the rack answers. */
describe(`the gateway denies each command that the check before the call denies (PRECHECK_SEED=${seed})`, () => {
  let system: System
  let callers: readonly Caller[] = []
  let processes: readonly string[] = []
  let filling: Filling
  let unchanged = ''
  beforeAll(async () => {
    system = await startSystem({ rackNames: ['staging', 'production'] })
    const admin = await system.token('admin')
    const run = await system.send('POST', '/rack/staging/apps/myapp/services/command/processes', admin, '', [
      'Command: sleep 3600',
    ])
    const served = await listed(admin, '/rack/staging/apps/myapp/processes')
    processes = [String(Reflect.get(Object(run.json), 'id')), ...served.slice(0, 3)]
    const [newest = ''] = await listed(admin, '/rack/staging/apps/myapp/releases')
    filling = { process: ownProcess, release: newest, environment: 'A=b' }
    const { json } = await system.get(`/rack/staging/apps/myapp/releases/${newest}`, admin)
    unchanged = String(Reflect.get(Object(json), 'env'))
    callers = await makeCallers()
  })
  afterAll(() => system.stop())

  async function listed(token: string, path: string): Promise<string[]> {
    const { json } = await system.get(path, token)
    return Array.isArray(json) ? json.map(({ id }) => String(id)) : []
  }

  /** Sessions and API tokens with bindings of chance, all of whom have a run of their own in the service of its name. */
  async function makeCallers(): Promise<Caller[]> {
    const binding = fc.record({
      role: fc.constantFrom(...roles),
      racks: fc.constantFrom(...racks),
      apps: fc.constantFrom(...apps),
    })
    const different = fc.uniqueArray(binding, { minLength: 1, maxLength: 3, selector: (one) => JSON.stringify(one) })
    const samples = fc.sample(different, { numRuns: 24, seed })
    const made = await Promise.all(samples.map(makePair))
    return made.flat()
  }

  async function makePair(
    bindings: readonly { role: string; racks: string; apps: string }[],
    at: number,
  ): Promise<Caller[]> {
    const email = `caller-${at}@example.com`
    const { id } = await system.issuer.user(email)
    for (const one of bindings) await system.issuer.addBinding({ kind: 'user', id }, one)
    const expiresAt = Date.now() + 3_600_000
    const session = await system.issuer.issueSession({
      email,
      device: 'test',
      expiresAt,
      ...(at % 6 === 0 && { rack: 'staging' }),
    })
    const role = roles[at % roles.length] ?? 'viewer'
    const token = await system.issuer.issueApiToken({ name: 'x', owner: { kind: 'user', email }, role, expiresAt })
    return [
      { name: `${email} with ${JSON.stringify(bindings)}`, token: session.token, id },
      { name: `a token of ${email} with ${role}`, token: token.token, id: token.id },
    ]
  }

  async function ownProcessOf({ id }: Caller, service: string): Promise<void> {
    const expiresAt = new Date(Date.now() + 3_600_000)
    await system.sql`
      insert into gateway.runs (rack, app, process, principal, service, intent, expires_at, attach_until)
      select 'staging', app, ${ownProcess}, ${id}, ${service}, gen_random_uuid(), ${expiresAt}, now() from unnest(array['myapp', 'otherapp']) as app
      on conflict (rack, app, process) do update set principal = excluded.principal, service = excluded.service`
  }

  interface Prediction {
    readonly call: PlannedCall
    readonly decision: Decision
  }

  /** What the CLI would do, from what the gateway tells the caller. */
  async function predicted({ token }: Caller, words: readonly string[]): Promise<Prediction | null> {
    const plan = plannedCommand(words, { appSetting: null, directory: 'myapp' })
    if (plan.kind !== 'calls') return null
    const { status, body, headers } = await system.get('/gateway/api/v1/policy/effective?rack=staging', token)
    // The caller cannot use the rack, so the CLI learns nothing about it.
    if (status === 404) return null
    const snapshot = status === 200 ? readSnapshot(body) : null
    if (snapshot === null) throw new Error(`the gateway’s response cannot be read: ${body.slice(0, 200)}`)
    const at = Date.parse(headers.get('date') ?? '')
    const essential = plan.calls.filter((one) => one.essential)
    for (const call of essential) {
      const denied = certainDenial(snapshot, [call], at)
      if (denied !== null) return denied
    }
    return null
  }

  async function refusedBy(
    { token }: Caller,
    call: PlannedCall,
    filled: Filling,
  ): Promise<AuditEvent['decision'] | null> {
    const tag = `differential ${++sent}`
    await statusOf(system, bytesOfCall(plannedWireCall(call, filled), token, tag))
    const [row] = await system.sql<{ canonical: string }[]>`
      select canonical from (select * from audit.events order by written_at desc limit 50) as latest
      where canonical::jsonb -> 'source' ->> 'client' = ${tag} order by written_at, seq limit 1`
    const event: AuditEvent | null = row === undefined ? null : JSON.parse(row.canonical)
    return event?.decision?.effect === 'deny' ? event.decision : null
  }
  let sent = 0

  /** Whether the gateway records the report of the stopped call, by its own decision. */
  async function isReportRecorded({ id: principal, token }: Caller, call: PlannedCall): Promise<unknown> {
    const body = {
      id: randomUUID(),
      principal,
      rack: 'staging',
      at: new Date().toISOString(),
      call: toRequestedCall(call),
    }
    return (await callManagementApi(system, token, 'POST', '/policy/stopped-calls', body)).json
  }

  function use(document: PolicyDocument): void {
    system.app.policy.check(document).use()
  }

  test('over policies, people and commands of chance', async () => {
    const outcomes = { refused: 0, passed: 0, rules: new Set<string>() }
    const command = anyCommand([...processes, ownProcess])
    const property = fc.asyncProperty(
      anyPolicy,
      fc.array(fc.tuple(fc.nat(), command, fc.constantFrom('command', 'web', 'build')), {
        minLength: 6,
        maxLength: 12,
      }),
      async (document, tries) => {
        use(document)
        for (const [chosen, words, service] of tries) {
          const caller = callers[chosen % callers.length]
          if (caller === undefined) throw new Error('there are callers')
          const prediction = await predicted(caller, words)
          if (prediction === null) {
            outcomes.passed++
            continue
          }
          const { call, decision } = prediction
          await ownProcessOf(caller, call.process?.own === 'yes' ? (call.process.service ?? service) : service)
          for (const environment of call.environment === null ? [''] : ['A=b', unchanged]) {
            const refused = await refusedBy(caller, call, { ...filling, environment })
            const told = { caller: caller.name, words, call: call.route.id, decision, refused }
            expect(refused, JSON.stringify(told)).not.toBeNull()
          }
          // Only the value of a parameter has another denial, which a report does not contain.
          if (call.parameterError === null)
            expect(await isReportRecorded(caller, call), JSON.stringify({ words, decision })).toEqual({
              recorded: true,
            })
          outcomes.refused++
          outcomes.rules.add(decision.rule.replace(/:.*/, ''))
        }
      },
    )
    await fc.assert(property, { seed, endOnFailure: true })
    // Else nothing was compared.
    const tried = outcomes.refused + outcomes.passed
    expect(outcomes.refused / tried).toBeGreaterThan(0.1)
    expect(outcomes.passed / tried).toBeGreaterThan(0.05)
    expect([...outcomes.rules]).toEqual(expect.arrayContaining(['no-permission', 'no-binding', 'command']))
  })
})
