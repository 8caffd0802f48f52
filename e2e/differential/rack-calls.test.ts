import { rackRoutes } from '@rack-gateway/convox-api'
import { fastClock } from '@rack-gateway/demo-rack'
import { builtInPolicy } from '@rack-gateway/rbac-policy/document'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Role, roles } from '../support/convox/denied-commands.ts'
import { type System, startSystem } from '../support/gateway/system.ts'
import { anyCall } from './any-call.ts'
import { brokenBytes } from './broken-bytes.ts'
import { type Caller, type Comparison, createComparison, type Outcome } from './comparison.ts'
import { hostile } from './hostile-calls.ts'
import { odd } from './odd-calls.ts'
import { plainCall, statusOf, type WireCall } from './wire-call.ts'

/**
 * The gateway and the rack parse the same bytes with different programs. For any request, the route, app, service, process, command,
 * and parameters of the decision are those that the rack parsed, and a denied request has no effect on the rack.
 */
/** Cases of the suite's other properties. The comparison with the rack gets several times as many. */
const runs = fc.readConfigureGlobal().numRuns ?? 100

describe('the gateway and the rack read every call the same way', () => {
  let system: System
  let comparison: Comparison
  const callers = new Map<Role, Caller>()
  const outcomes: Outcome[] = []
  beforeAll(async () => {
    system = await startSystem({ clock: fastClock(100) })
    for (const role of roles) callers.set(role, { token: await system.token(role), name: `${role}@example.com` })
    callers.set('ci', { token: await system.pipelineToken(), name: 'token:pipeline (ci)' })
    comparison = createComparison(system)
  })
  afterAll(() => system.stop())

  function callerOf(role: Role): Caller {
    const caller = callers.get(role)
    if (!caller) throw new Error(`nobody is ${role}`)
    return caller
  }
  async function compareAs(role: Role, call: WireCall): Promise<Outcome> {
    const outcome = await comparison.compare(call, callerOf(role))
    outcomes.push(outcome)
    return outcome
  }

  test.each(odd)('odd, but one meaning: %s', async (_what, call) => {
    expect((await compareAs('admin', call)).meaning).not.toBeNull()
  })

  test.each(hostile)('rejected, and the rack receives no request: %s', async (_what, call) => {
    expect((await compareAs('admin', call)).meaning).toBeNull()
  })

  test.each(brokenBytes)('no request at all: %s', async (_what, bytes) => {
    system.rack.clearReceived()
    const credential = `Authorization: Bearer ${callerOf('admin').token}\r\n`
    const status = await statusOf(system, bytes.replace('{credential}', credential))
    expect(status === 0 || status >= 400).toBe(true)
    expect(system.rack.received).toEqual([])
  })

  const blocked = new Set(builtInPolicy().blocked.map(({ route }) => route))
  const reachable = rackRoutes.filter(({ id, path }) => !blocked.has(id) && path !== '/check')
  test.each(reachable)('the rack has the route $id', async ({ id, method, path, kind }) => {
    const target = path
      .replaceAll(/\{(\w+)(:\.\*)?\}/g, (_, name: string) => examples[name] ?? name)
      .replace(/^\/apps\/myapp$/, method === 'DELETE' ? '/apps/otherapp' : '$&')
      .replace(/^\/auth$/, '/rack/staging/auth')
    const command = path.endsWith('/exec') || path.endsWith('/services/{service}/processes')
    const outcome = await compareAs('admin', {
      ...plainCall,
      method,
      target,
      headers: command ? [['Command', 'echo hi']] : [],
      websocket: kind === 'websocket',
    })
    expect(outcome.meaning?.route).toBe(id.replaceAll(/\{\w+(:\.\*)?\}/g, '{$1}'))
  })

  test('for whatever an admin sends', async () => {
    const before = outcomes.length
    await fc.assert(
      fc.asyncProperty(anyCall, async (call) => {
        await compareAs('admin', call)
      }),
      { numRuns: 6 * runs },
    )
    const reached = outcomes.slice(before).flatMap(({ meaning }) => meaning ?? [])
    expect(reached.length).toBeGreaterThan(2 * runs)
    expect(new Set(reached.map(({ route }) => route)).size).toBeGreaterThan(50)
  })

  test('for whatever anybody else sends', async () => {
    const anyone = fc.constantFrom(...roles.filter((role) => role !== 'admin'))
    await fc.assert(
      fc.asyncProperty(anyone, anyCall, async (role, call) => {
        await compareAs(role, call)
      }),
      { numRuns: Math.ceil(2.5 * runs) },
    )
  })

  test('every event says what the rack understood', async () => {
    const events = new Map((await system.events()).map((event) => [event.source?.client, event] as const).reverse())
    const told = outcomes.flatMap(({ tag, meaning }) => (meaning === null ? [] : [{ meaning, event: events.get(tag) }]))
    expect(told.length).toBeGreaterThan(3 * runs)
    for (const { meaning, event } of told) {
      expect(event).toMatchObject({ decision: { effect: 'allow' } })
      expect(event?.route?.replaceAll(/\{\w+(:\.\*)?\}/g, '{$1}')).toBe(meaning.route)
      if (meaning.app !== null) expect(event?.app).toBe(meaning.app)
      if (meaning.service !== null) expect(event?.service).toBe(meaning.service)
      if (event?.process !== undefined) expect(event.process).toBe(meaning.process)
      const { query = [], form = [], headers = [] } = event?.parameters ?? {}
      expect([...query, ...form, ...headers]).toEqual(expect.arrayContaining(Object.keys(meaning.parameters)))
    }
  })

  test('every response after a credential was given has its event', async () => {
    const recorded = new Set((await system.events()).map(({ source }) => source?.client))
    const silent = outcomes.filter(({ tag, status }) => status >= 200 && status !== 400 && !recorded.has(tag))
    expect(silent).toEqual([])
  })
})

/** Example values of path parameters. */
const examples: Readonly<Record<string, string>> = {
  app: 'myapp',
  service: 'command',
  pid: 'web',
  name: 'database',
  host: 'resource-database.staging-myapp.svc.cluster.local',
  port: '5432',
  key: 'a/b.txt',
  server: 'https://registry.example.test/v1/',
}
