import { chmodSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type DemoRack, fastClock } from '@rack-gateway/demo-rack'
import { readPolicy } from '@rack-gateway/rbac-policy/document'
import type { RecordedCall } from '@rack-gateway/rbac-policy/simulation'
import { apps, racks as rackNames, recordedWeek, unmadeCalls } from '@rack-gateway/rbac-policy/suggestion/testing'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createMachine, type Machine } from '../support/convox/machine.ts'
import { changesApplied, type System, startSystem } from '../support/gateway/system.ts'
import { builtCommand } from '../support/processes.ts'
import type { Ended } from '../support/program.ts'
import { callRack, createWeekClient, type SentCall } from './week-client.ts'

const day = 86_400_000
const week = recordedWeek(42)
const recorded = week.calls.map((one) => one.recorded)
const mistakes = new Set(week.calls.flatMap(({ recorded: call, mistake }) => (mistake ? [call] : [])))
const jobs = new Map<string, string>(week.people.map(({ name, job }) => [name, job]))

/** The tests are the steps of one story, so each needs the ones before it. */
let system: System
let machine: Machine
/** By the name of the principal. */
let tokens: ReadonlyMap<string, string>
let administrator: string
/** The gateway that enforces the suggestion. */
let enforcing: Awaited<ReturnType<System['replica']>>

beforeAll(async () => {
  const observing = { racks: rackNames, until: Date.now() + 7 * day }
  system = await startSystem({ rackNames, clock: fastClock(100), observing })
  machine = createMachine(null)
  const [node, words] = builtCommand('rack-gateway', [])
  chmodSync(machine.write('bin/rack-gateway', `#!/bin/sh\nexec '${[node, ...words].join("' '")}' "$@"\n`), 0o755)
  for (const rack of Object.values(system.racks)) for (const app of apps) await createApp(rack, app)
  tokens = await createTokens()
  administrator = await system.token('admin')
})
afterAll(async () => {
  machine.remove()
  await system.stop()
})

async function createApp(rack: DemoRack, name: string): Promise<void> {
  await callRack(rack, 'POST', '/apps', { name })
  const env = 'DATABASE_URL=postgres://u:p@db/app\nRAILS_ENV=production'
  const { id } = JSON.parse(await callRack(rack, 'POST', `/apps/${name}/releases`, { env }))
  await callRack(rack, 'POST', `/apps/${name}/releases/${id}/promote`)
  await vi.waitUntil(async () => JSON.parse(await callRack(rack, 'GET', `/apps/${name}/services`)).length > 0)
}

/** Everybody is a viewer, but for one who can deploy everywhere. The pipeline has an API token of a service account. */
async function createTokens(): Promise<ReadonlyMap<string, string>> {
  const created = new Map<string, string>()
  for (const [at, { name }] of week.people.entries())
    created.set(name, await system.token(at === 0 ? 'deployer' : 'viewer', { email: name }))
  await system.issuer.createServiceAccount({ name: 'deploys', binding: { role: 'viewer' } })
  const owner = { kind: 'service-account', name: 'deploys' } as const
  const ci = await system.issuer.issueApiToken({ name: 'ci', owner, role: 'ci', expiresAt: Date.now() + day })
  const pipelines = recorded.flatMap(({ principal: { name } }) => (jobs.has(name) ? [] : [name]))
  for (const name of new Set(pipelines)) created.set(name, ci.token)
  return created
}

/** People of one job send their calls one after the other, so that no two of them stop the same process. */
async function sendAll(url: string, calls: readonly RecordedCall[]): Promise<SentCall[]> {
  const clients = new Map(
    [...tokens].map(([name, token]) => [name, createWeekClient({ url, token, racks: system.racks })]),
  )
  const jobOf = ({ principal }: RecordedCall) => jobs.get(principal.name)
  const sent: SentCall[] = []
  async function sendCallsOf(job: string | undefined): Promise<void> {
    for (const call of calls.filter((one) => jobOf(one) === job)) {
      const one = await clients.get(call.principal.name)?.send(call)
      if (one) sent.push(one)
    }
  }
  await Promise.all([...new Set(calls.map(jobOf))].map(sendCallsOf))
  return sent
}

function fileOf(name: string): string {
  return join(machine.project, name)
}

/** As an administrator. */
function sh(url: string, script: string): Promise<Ended> {
  return machine.sh(script, { env: { RACK_GATEWAY_URL: url, RACK_GATEWAY_TOKEN: administrator } })
}

const shells = 3
const isDeletion = (block: string) => block.includes('rack-gateway bindings delete')

/** The blocks that create bindings are independent, so several shells run them at the same time. */
async function runScript(url: string, script: string): Promise<Ended[]> {
  const [head, ...blocks] = script.split('\n\n')
  const firstDeletion = blocks.findIndex(isDeletion)
  const creations = blocks.slice(0, firstDeletion)
  const parts = Array.from({ length: shells }, (_, part) => creations.filter((_, at) => at % shells === part))
  const created = await Promise.all(parts.map((part) => sh(url, [head, ...part].join('\n\n'))))
  return [...created, await sh(url, [head, ...blocks.slice(firstDeletion)].join('\n\n'))]
}

const deniedOf = (sent: readonly SentCall[]) => sent.filter(({ denial }) => denial !== null)

test('while the week is observed, only what observe mode never allows is denied', async () => {
  const observed = await sendAll(system.url, recorded)
  expect(observed).toHaveLength(recorded.length)
  expect(new Set(deniedOf(observed).map(({ denial }) => denial))).toEqual(new Set(['blocked:PUT /system']))
  expect(deniedOf(observed).filter(({ call }) => !mistakes.has(call))).toEqual([])
  const [{ count } = { count: 0 }] = await system.sql<{ count: number }[]>`
    select count(*)::int from audit.events where canonical::json -> 'decision' -> 'wouldBe' is not null`
  expect(count).toBeGreaterThan(1_000)
})

test('a policy document, bindings, and cases are suggested, and the cases pass', async () => {
  for (const words of ['suggest --since 1d --output .', 'check policy.yaml', 'test policy.cases.yaml'])
    expect(await sh(system.url, `rack-gateway policy ${words}`)).toMatchObject({ code: 0, stderr: '' })
  expect(readFileSync(fileOf('policy.yaml'), 'utf8')).not.toContain('In force')
})

/** The script starts the CLI a hundred times. */
const scriptTimeout = 300_000

test('the gateway restarts with the document, and the script creates the bindings, also if it is run again', {
  timeout: scriptTimeout,
}, async () => {
  await system.app.close()
  enforcing = await system.replica({ policyFile: fileOf('policy.yaml'), observing: null })
  for (const ended of await runScript(enforcing.url, readFileSync(fileOf('bindings.sh'), 'utf8')))
    expect(ended).toMatchObject({ code: 0, stderr: '' })
  const [head, first, ...blocks] = readFileSync(fileOf('bindings.sh'), 'utf8').split('\n\n')
  const again = await sh(enforcing.url, [head, first, ...blocks.filter(isDeletion)].join('\n\n'))
  expect(again).toMatchObject({
    code: 0,
    stdout: '',
    stderr: expect.stringMatching(/already has .*There is no binding /s),
  })
  await changesApplied(enforcing)
  const { stdout } = await sh(enforcing.url, 'rack-gateway bindings --json')
  const people = new Set<string>(week.people.filter(({ job }) => job !== 'admin').map(({ name }) => name))
  const ofPeople = JSON.parse(stdout).filter(({ subject }: { subject: { name: string } }) => people.has(subject.name))
  expect(ofPeople.length).toBeGreaterThan(30)
  // What everybody may read can stay.
  const wide = ofPeople.filter(({ racks, role }: { racks: string; role: string }) => racks === '*' && role !== 'viewer')
  expect(wide).toEqual([])
})

test('when the suggestion is enforced, it denies nothing but mistakes', async () => {
  const enforced = await sendAll(enforcing.url, recorded)
  expect(deniedOf(enforced).filter(({ call }) => !mistakes.has(call))).toEqual([])
  // What needs the result of a denied call is not sent.
  expect(enforced.length).toBeGreaterThan(recorded.length - 2 * mistakes.size)
  const denied = new Set(deniedOf(enforced).map(({ call: { route, path } }) => `${route} ${path}`))
  for (const call of [
    'DELETE /apps/{app} /apps/wbe',
    'POST /apps/{app}/services/{service}/processes /apps/billing/services/command/processes',
    'PUT /system /system',
  ])
    expect(denied).toContain(call)
})

test('it denies at least nine of ten calls that nobody made', async () => {
  const unmade = unmadeCalls(week).filter((_, at) => at % 4 === 0)
  const sent = await sendAll(enforcing.url, unmade)
  expect(sent).toHaveLength(unmade.length)
  const share = deniedOf(sent).length / sent.length
  expect({ calls: sent.length, share, isEnough: share >= 0.9 }).toMatchObject({ isEnough: true })
  expect(sent.length).toBeGreaterThan(1_000)
})

test('its roles read no secrets, change nothing of the gateway, and delete only what their holders deleted', async () => {
  const { document } = readPolicy(readFileSync(fileOf('policy.yaml'), 'utf8'), 'policy.yaml')
  const { stdout } = await sh(enforcing.url, 'rack-gateway bindings --json')
  const held = new Map<string, string[]>()
  for (const { role, subject } of JSON.parse(stdout)) held.set(role, [...(held.get(role) ?? []), subject.name])
  held.delete('admin')
  expect(held.size).toBeGreaterThan(5)
  for (const [name, holders] of held) {
    const permissions = document?.roles.find((role) => role.name === name)?.permissions ?? []
    expect(permissions.length, name).toBeGreaterThan(0)
    expect(permissions.filter((one) => /^gateway:(?!self:|policy:read|health:read)|^secret:|\*/.test(one))).toEqual([])
    if (permissions.some((one) => one.endsWith(':delete')))
      expect(holders.filter((holder) => jobs.get(holder) !== 'admin')).toEqual([])
  }
  const open = document?.commands.filter(({ argv }) => argv.some((word) => typeof word === 'object' && 'rest' in word))
  expect(open?.map(({ id, roles }) => [id, roles])).toEqual([['any-command', ['admin']]])
})
