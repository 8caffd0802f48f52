import { readdirSync, readFileSync } from 'node:fs'
import { type AuditWriter, createAuditWriter, createPostgresAuditStore, type EventDraft } from '@rack-gateway/audit'
import { limitsOfResource } from '@rack-gateway/config'
import { type Database, openDatabase } from '@rack-gateway/database'
import { createTestDatabase } from '@rack-gateway/database/testing'
import { builtInPolicy } from '@rack-gateway/rbac-policy/document'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createFairLimit } from '../resource-account/fair-limit.ts'
import type { Payer } from '../resource-account/payer.ts'
import type { CheckRequest, StudyRequest, studyLimits } from './policy-studies.ts'

/** The built module, because a child process takes several times as long to start from TypeScript. */
const { createPolicyStudies }: typeof import('./policy-studies.ts') = await import(
  new URL('../../dist-modules/policy-study/policy-studies.js', import.meta.url).href
)

const frozen = 'version: 1\nblocked:\n  POST /apps/{app}/releases/{id}/promote: { reason: A freeze. }\n'
const promoted = 300

let database: Database
let writer: AuditWriter
let close: () => Promise<void>
beforeAll(async () => {
  const server = await createTestDatabase()
  database = openDatabase(server.runtimeUrl, { max: 2 })
  const store = createPostgresAuditStore({ pool: { url: server.runtimeUrl } })
  writer = createAuditWriter({ store, clock: Date, host: 'test', pid: 1 })
  await writer.open()
  await Promise.all(Array.from({ length: promoted }, () => writer.record(promotion())))
  close = async () => {
    await writer.close()
    await store.close()
    await database.close()
    await server.drop()
  }
})
afterAll(() => close())

function promotion(change: Partial<EventDraft> = {}): EventDraft {
  return {
    kind: 'intent',
    principal: { kind: 'user', id: 'u', name: 'ada@example.com', roles: ['deployer'] },
    rack: 'staging',
    app: 'web',
    route: 'POST /apps/{app}/releases/{id}/promote',
    path: '/apps/web/releases/R1/promote',
    decision: { effect: 'allow', rule: 'role:deployer' },
    ...change,
  }
}

function studies(limits: Partial<typeof studyLimits> = {}, flags: string[] = []) {
  const refusal = (reached: string) => new Error(`full: ${reached}`)
  const limit = createFairLimit({ limits: limitsOfResource('children'), refusal })
  return createPolicyStudies({ sql: database.sql, flags, children: limit, limits })
}

const payer = (name: string): Payer => ({ key: `principal ${name}`, isPrincipal: true, site: null })

function wanted(change: Partial<StudyRequest> = {}): StudyRequest {
  return {
    current: builtInPolicy(),
    proposed: frozen,
    payer: payer('ada'),
    since: 0,
    until: Date.now() + 1_000,
    onBegin: async () => undefined,
    disconnected: new AbortController().signal,
    ...change,
  }
}

function wantedCheck(proposed: string, name = 'ada'): CheckRequest {
  const current = builtInPolicy()
  return { current, hash: 'current', proposed, payer: payer(name), disconnected: new AbortController().signal }
}

/** The environment variables of each study process that this process has started. */
function environments(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const [, parent] = /\) \S (\d+)/.exec(readFileSync(`/proc/${name}/stat`, 'utf8')) ?? []
        const isStudy = readFileSync(`/proc/${name}/cmdline`, 'utf8').includes('study-process')
        return isStudy && Number(parent) === process.pid ? [readFileSync(`/proc/${name}/environ`, 'utf8')] : []
      } catch {
        return []
      }
    })
}

test('all calls are evaluated, in batches, by a process that ends afterwards', async () => {
  const { impact, cut } = await studies({ batch: 100 }).study(wanted())
  expect([impact.calls, impact.denied, cut]).toEqual([promoted, promoted, null])
  await expect.poll(environments).toEqual([])
})

test('a study that reaches its limit of calls or of time says from which time on it evaluated the calls', async () => {
  const byNumber = await studies({ calls: 200, batch: 250 }).study(wanted())
  expect(byNumber.cut).toEqual({ by: 'number', from: expect.any(Number) })
  expect(byNumber.impact.calls).toBe(250)
  const byTime = await studies({ time: 0, batch: 250 }).study(wanted())
  expect([byTime.cut?.by, byTime.impact.calls]).toEqual(['time', 250])
})

test('the calls of one principal beyond its limit do not push out the calls of other principals', async () => {
  const since = Date.now()
  const until = since + 2_000
  const other = { kind: 'user' as const, id: 'v', name: 'bob@example.com', roles: ['deployer'] }
  await writer.record(promotion({ app: 'other', principal: other }))
  for (let count = 0; count < 30; count++) await writer.record(promotion({ app: 'flood' }))
  const limits = { batch: 5, callsPerPrincipal: 10, calls: 20 }
  const { impact, cut } = await studies(limits).study(wanted({ since, until }))
  expect(impact.changes.map(({ app, count }) => [app, count])).toEqual([
    ['flood', 10],
    ['other', 1],
  ])
  expect(cut?.by).toBe('number')
})

test('a call whose record was truncated is not evaluated', async () => {
  const until = Date.now() + 1_000
  const since = Date.now()
  await writer.record(promotion({ app: 'cut', path: `/apps/${'x'.repeat(10_000)}` }))
  const long = { address: '192.0.2.1', client: 'x'.repeat(5_000) }
  await writer.record(promotion({ app: 'whole', source: long }))
  const { impact } = await studies().study(wanted({ since, until }))
  expect([impact.calls, impact.unclear, impact.changes.map(({ app }) => app)]).toEqual([2, 1, ['whole']])
})

test('its process gets no environment variables', async () => {
  process.env.RACK_TOKEN_TEST = 'a secret'
  let seen: string[] = []
  const onBegin = async () => {
    seen = environments()
  }
  await studies().study(wanted({ onBegin }))
  delete process.env.RACK_TOKEN_TEST
  expect(seen).toHaveLength(1)
  expect(seen[0]).not.toContain('RACK_TOKEN')
  expect(seen[0]).not.toContain('HOME=')
})

test('a study ends when its caller disconnects, and frees its slot', async () => {
  const one = studies()
  const disconnected = new AbortController()
  const onBegin = async () => disconnected.abort()
  await expect(one.study(wanted({ disconnected: disconnected.signal, onBegin }))).rejects.toThrow(
    'The study exceeded its limit',
  )
  await expect.poll(environments).toEqual([])
  expect((await one.study(wanted())).impact.calls).toBeGreaterThan(0)
})

test('one process runs at a time, one more of a principal waits, and principals take turns', async () => {
  await expect.poll(environments).toEqual([])
  const all = studies()
  const finished: string[] = []
  const run = async (name: string, work: Promise<unknown>) => {
    await work
    finished.push(name)
  }
  const works = [
    run('ann', all.study(wanted({ payer: payer('ann') }))),
    run('ann again', all.check(wantedCheck(frozen, 'ann'))),
    run('bob', all.check(wantedCheck(`${frozen}\n`, 'bob'))),
  ]
  await expect(all.check(wantedCheck(frozen, 'ann'))).rejects.toThrow('full: own')
  expect(environments().length).toBeLessThanOrEqual(1)
  await Promise.all(works)
  expect(finished).toEqual(['ann', 'ann again', 'bob'])
  await expect.poll(environments).toEqual([])
})

test('while another one waits, a study reads for a shorter time', async () => {
  const all = studies({ sharedTime: 0, batch: 100 })
  const first = all.study(wanted({ payer: payer('ann') }))
  const second = all.study(wanted({ payer: payer('bob') }))
  const [shared, alone] = await Promise.all([first, second])
  expect([shared.cut?.by, shared.impact.calls]).toEqual(['time', 100])
  expect([alone.cut, alone.impact.calls > 100]).toEqual([null, true])
})

test('stop ends the running process', async () => {
  const one = studies()
  const first = one.study(wanted())
  one.stop()
  await expect(first).rejects.toMatchObject({ statusCode: 400, rule: 'study-size' })
})

test('a caller who disconnects while waiting gives up the place', async () => {
  const all = studies()
  const first = all.study(wanted({ payer: payer('ann') }))
  const disconnected = new AbortController()
  const waiting = all.check({ ...wantedCheck(frozen, 'bob'), disconnected: disconnected.signal })
  disconnected.abort()
  await expect(waiting).rejects.toMatchObject({ code: 'RGW_CALLER_GONE' })
  await first
})

test('a document that was checked lately is answered from the cache, also an invalid one', async () => {
  const all = studies()
  for (const proposed of [frozen, 'version: 9']) {
    const first = await all.check(wantedCheck(proposed))
    await expect.poll(environments).toEqual([])
    const again = all.check(wantedCheck(proposed, 'bob'))
    expect(environments()).toEqual([])
    expect(await again).toEqual(first)
  }
  const other = all.check({ ...wantedCheck(frozen), hash: 'another policy' })
  await expect.poll(() => environments().length).toBe(1)
  await other
})

test('a process that does not start is the fault of the gateway, and frees its place', async () => {
  const { execPath } = process
  const all = studies()
  process.execPath = '/nowhere/node'
  try {
    for (const proposed of [frozen, `${frozen}\n`])
      await expect(all.check(wantedCheck(proposed))).rejects.toMatchObject({ statusCode: 503, retryAfter: 5 })
  } finally {
    process.execPath = execPath
  }
  expect(await all.check(wantedCheck(frozen))).toMatchObject({ valid: true })
})

test.each<[string, Partial<typeof studyLimits>]>([
  ['memory', { memory: 24 }],
  ['time', { responseTimeout: 1 }],
])('a document that exceeds the limit of %s ends only its own process', async (_what, limits) => {
  const roles = Array.from({ length: 4_000 }, (_, at) => `  role-${at}: { extends: [deployer, ops] }`)
  const proposed = `version: 1\nroles:\n${roles.join('\n')}\n`
  await expect(studies(limits).study(wanted({ proposed }))).rejects.toMatchObject({
    statusCode: 400,
    rule: 'study-size',
  })
  await expect(
    studies({ ...limits, checkTimeout: limits.responseTimeout ?? 20_000 }).check(wantedCheck(proposed)),
  ).rejects.toMatchObject({
    statusCode: 400,
    rule: 'check-size',
  })
  await expect.poll(environments).toEqual([])
})

test('a check ends when its caller disconnects, and at stop', async () => {
  const disconnected = new AbortController()
  const all = studies()
  const first = all.check({ ...wantedCheck(frozen), disconnected: disconnected.signal })
  disconnected.abort()
  await expect(first).rejects.toMatchObject({ statusCode: 400, rule: 'check-size' })
  const second = all.check(wantedCheck(frozen))
  all.stop()
  await expect(second).rejects.toMatchObject({ statusCode: 400, rule: 'check-size' })
  expect(await all.check(wantedCheck(frozen))).toMatchObject({ valid: true, more: 0 })
  await expect.poll(environments).toEqual([])
})

test('no event is read if the study cannot be recorded', async () => {
  const onBegin = async () => {
    throw new Error('no record')
  }
  await expect(studies().study(wanted({ onBegin }))).rejects.toThrow('no record')
  await expect.poll(environments).toEqual([])
})
