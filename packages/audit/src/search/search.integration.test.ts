import { randomUUID } from 'node:crypto'
import { type OnEnd, sharedFixture } from '@rack-gateway/database/testing'
import { expect, onTestFinished, test } from 'vitest'
import type { EventDraft } from '../events/event.ts'
import { databaseForTest, openPostgresWriter } from '../testing/database.ts'
import { exclusionName, type FilterQuery } from './filter-query.ts'
import { type AuditSearch, createAuditSearch } from './search.ts'
import { searchLimits } from './testing/search-limits.ts'
import { searchPools } from './testing/search-pools.ts'

async function started(onEnd: OnEnd = onTestFinished) {
  const database = await databaseForTest(onEnd)
  const writer = await openPostgresWriter(database.runtimeUrl, {}, onEnd)
  const shared = createAuditSearch({ pools: searchPools(database.runtimeUrl), limits: searchLimits() })
  onEnd(() => shared.close())
  return { ...database, ...writer, shared, search: shared.forCaller('ann') }
}

const ann = {
  kind: 'user',
  id: '0190aaaa-0000-7000-8000-000000000001',
  name: 'ann@example.com',
  credential: '0190aaaa-0000-7000-8000-00000000000a',
} as const
/** How the tables below name the event that opens the stream. */
const stream = 'stream'
const call: EventDraft = {
  kind: 'call',
  request: 'r-1',
  principal: ann,
  source: { address: '192.0.2.7' },
  rack: 'staging',
  app: 'web',
  route: 'GET /apps/{app}',
  permission: 'app:read',
  decision: { effect: 'allow', rule: 'role:viewer' },
  status: 200,
}
const refusedRun: EventDraft = {
  ...call,
  kind: 'call',
  request: 'r-2',
  principal: { kind: 'api-token', id: randomUUID(), name: 'pipeline' },
  source: { address: '2001:db8::1' },
  rack: 'production',
  app: 'billing',
  route: 'POST /apps/{app}/services/{service}/processes',
  permission: 'process:run',
  command: ['bin/pre_release', '--now', 'rake', 'db:migrate'],
  decision: { effect: 'deny', rule: 'no-command-rule', reason: 'Nobody may run this “émigré” on Fridays.' },
  status: 403,
}
const broken: EventDraft = { ...call, request: 'r-3', source: { address: '::ffff:198.51.100.9' }, status: 502 }
const locked: EventDraft = {
  kind: 'user.locked',
  request: 'r-4',
  principal: ann,
  detail: { reason: 'left the company' },
}

/** A log of four events that tests do not change. */
const fourEvents = sharedFixture(async (onEnd) => {
  const log = await started(onEnd)
  const recorded = []
  for (const draft of [call, refusedRun, broken, locked]) recorded.push(await log.record(draft))
  return { ...log, recorded }
})

test.each<[FilterQuery, string[]]>([
  [{ principal: ann.id }, ['r-1', 'r-3', 'r-4']],
  [{ principal: 'ann@example.com' }, ['r-1', 'r-3', 'r-4']],
  [{ principal: 'pipeline' }, ['r-2']],
  [{ principal: 'ANN@example.com' }, []],
  [{ rack: 'production' }, ['r-2']],
  [{ app: 'web' }, ['r-1', 'r-3']],
  [{ kind: 'user.locked' }, ['r-4']],
  [{ permission: 'process:run' }, ['r-2']],
  [{ route: 'GET /apps/{app}' }, ['r-1', 'r-3']],
  [{ effect: 'deny' }, ['r-2']],
  [{ effect: 'require' }, []],
  [{ effect: 'allow', app: 'web' }, ['r-1', 'r-3']],
  [{ rule: 'no-command-rule' }, ['r-2']],
  [{ status: '200' }, ['r-1']],
  [{ status: '502' }, ['r-3']],
  [{ status: '5xx' }, ['r-3']],
  [{ status: '4xx' }, ['r-2']],
  [{ status: '2xx' }, ['r-1']],
  [{ status: '3xx' }, []],
  [{ command: 'rake db:migrate' }, ['r-2']],
  [{ command: 'RAKE DB' }, ['r-2']],
  [{ command: 'migrate rake' }, []],
  [{ command: 'pre_release' }, ['r-2']],
  [{ text: 'migrate rake' }, ['r-2']],
  [{ text: 'fridays nobody' }, ['r-2']],
  [{ text: 'émigré' }, ['r-2']],
  [{ text: 'mig*' }, ['r-2']],
  [{ text: 'company' }, ['r-4']],
  [{ text: 'compan' }, []],
  [{ address: '192.0.2.7' }, ['r-1']],
  [{ address: '192.0.2.0/24' }, ['r-1']],
  [{ address: '198.51.100.9' }, ['r-3']],
  [{ address: '::ffff:198.51.100.9' }, ['r-3']],
  [{ address: '198.51.0.0/16' }, ['r-3']],
  [{ address: '2001:db8::/32' }, ['r-2']],
  [{ address: '2001:0DB8:0::1' }, ['r-2']],
  [{ request: 'r-2' }, ['r-2']],
  [{ from: '2000-01-01T00:00:00Z', to: '2001-01-01T00:00:00Z' }, []],
  [{ from: '2001-01-01T00:00:00Z', app: 'billing' }, ['r-2']],
  [{ principal: ann.id, credential: ann.credential }, ['r-1', 'r-3', 'r-4']],
  [{ principal: ann.id, credential: ann.id }, []],
  [{ notPrincipal: [ann.id] }, ['r-2', stream]],
  [{ notPrincipal: ['ann@example.com', 'pipeline'] }, [stream]],
  [{ notRack: ['production'] }, ['r-1', 'r-3', 'r-4', stream]],
  [{ notApp: ['web', 'billing'] }, ['r-4', stream]],
  [{ notKind: ['call'] }, ['r-4', stream]],
  [{ notKind: ['call', 'stream.opened'] }, ['r-4']],
  [{ notPermission: ['app:read'] }, ['r-2', 'r-4', stream]],
  [{ notRoute: ['GET /apps/{app}'] }, ['r-2', 'r-4', stream]],
  [{ notEffect: ['allow'] }, ['r-2', 'r-4', stream]],
  [{ notEffect: ['deny', 'allow'] }, ['r-4', stream]],
  [{ notRule: ['role:viewer'] }, ['r-2', 'r-4', stream]],
  [{ notStatus: ['200', '5xx'] }, ['r-2', 'r-4', stream]],
  [{ notAddress: ['192.0.2.0/24', '2001:0DB8:0::1'] }, ['r-3', 'r-4', stream]],
  [{ notAddress: ['::ffff:198.51.100.9'] }, ['r-1', 'r-2', 'r-4', stream]],
  [{ app: 'web', notStatus: ['502'] }, ['r-1']],
  [{ rack: 'staging', notKind: ['intent'], notApp: ['x'] }, ['r-1', 'r-3']],
  [{ kind: 'call', notKind: ['call'] }, []],
  [{ text: 'rake', notKind: ['call'] }, []],
  [{ text: 'rake', notApp: ['web'] }, ['r-2']],
  [{ kind: ['call'] }, ['r-1', 'r-2', 'r-3']],
  [{ kind: ['stream.opened', 'user.locked'] }, ['r-4', stream]],
  [{ kind: ['stream.opened', 'user.locked'], rack: 'production' }, []],
  [{ kind: ['call', 'user.locked'], notKind: ['call'] }, ['r-4']],
  [{ kind: ['call', 'user.locked'], app: ['billing', 'api'] }, ['r-2']],
  [{ principal: [ann.id, 'pipeline'] }, ['r-1', 'r-2', 'r-3', 'r-4']],
  [{ rack: ['staging', 'production'] }, ['r-1', 'r-2', 'r-3']],
  [{ status: ['200', '5xx'] }, ['r-1', 'r-3']],
  [{ effect: ['deny', 'require'] }, ['r-2']],
  [{ address: ['192.0.2.0/24', '2001:0DB8:0::1'] }, ['r-1', 'r-2']],
  [{ text: 'rake', rack: ['staging', 'production'] }, ['r-2']],
  [{ view: 'changes' }, ['r-2', 'r-4']],
  [{ view: 'changes', app: 'billing' }, ['r-2']],
  [{ view: 'changes', effect: 'allow' }, []],
  [{ view: 'changes', kind: 'call' }, ['r-2']],
  [{ view: 'changes', text: 'rake' }, ['r-2']],
  [{ view: 'changes', request: 'r-2' }, ['r-2']],
  [{ view: 'changes', notEffect: ['deny'] }, ['r-4']],
  [{ view: 'administration' }, ['r-4', stream]],
  [{ view: 'logins' }, []],
  [{ view: 'sessions' }, []],
  [{ view: 'without-console-reads' }, ['r-1', 'r-2', 'r-3', 'r-4', stream]],
])('%j finds %j', async (query, found) => {
  const { items } = await fourEvents().search.page(query, { limit: 10 })
  expect(items.map(({ event }) => event.request ?? stream).sort()).toEqual(found)
  expect((await exportedEvents(query)).sort()).toEqual(found)
  const { total } = await fourEvents().search.histogram(query, { now: Date.now() + 60_000, maxBuckets: 60 })
  expect(total).toBe(found.length)
})

async function exportedEvents(query: FilterQuery): Promise<string[]> {
  const found: string[] = []
  for await (const batch of fourEvents().search.all(query))
    found.push(...batch.map(({ event }) => event.request ?? stream))
  return found
}

test('a stream is found by its ID, newest first, in pages', async () => {
  const { search, record } = await started()
  const { position } = await record(call)
  await record(broken)
  const first = await search.page({ stream: position.stream }, { limit: 2 })
  const second = await search.page({ stream: position.stream }, { limit: 2, cursor: first.next ?? '' })
  expect([...first.items, ...second.items].map(({ event }) => event.seq)).toEqual([3, 2, 1])
  expect(second.next).toBeNull()
})

test('pages show each event that existed at the first page once, even during writes', async () => {
  const { search, record } = await started()
  // Many events of one millisecond, so that time does not order them.
  const before = await Promise.all(Array.from({ length: 40 }, () => record(call)))
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const page = await search.page({ kind: 'call' }, { limit: 7, cursor })
    seen.push(...page.items.map(({ id }) => id))
    await Promise.all([record(call), record(call)])
    cursor = page.next ?? undefined
  } while (cursor !== undefined)
  expect(seen).toEqual(before.map(({ id }) => id).reverse())
})

test.each([
  ['', 'nothing'],
  ['x', 'no cursor'],
  [Buffer.from('00000000.1.00000000-0000-0000-0000-000000000000.1').toString('base64url'), 'of other filters'],
  [Buffer.from("'; drop table audit.events; --").toString('base64url'), 'a statement'],
])('an invalid cursor is rejected: %s (%s)', async (cursor) => {
  await expect(fourEvents().search.page({ kind: 'call' }, { limit: 1, cursor })).rejects.toMatchObject({
    code: 'RGW_INVALID_AUDIT_CURSOR',
  })
})

test('a cursor is valid only for its own filters', async () => {
  const { search } = fourEvents()
  const { next } = await search.page({ kind: 'call' }, { limit: 1 })
  expect((await search.page({ kind: 'call' }, { limit: 1, cursor: next ?? '' })).items).toHaveLength(1)
  await expect(search.page({ kind: 'intent' }, { limit: 1, cursor: next ?? '' })).rejects.toMatchObject({
    code: 'RGW_INVALID_AUDIT_CURSOR',
  })
})

const hostile = [
  "'; drop table audit.events; --",
  "' or '1' = '1",
  '\\',
  '%',
  '$1',
  ':* & | ! ( ) <->',
  '\u202e\u0007\u001b[2J',
  '=cmd|calc',
  '{app}',
  'a\'b"c',
]

test.each(hostile)('a hostile value matches no event and causes no error: %j', async (value) => {
  const { search } = fourEvents()
  for (const name of ['principal', 'rack', 'app', 'permission', 'route', 'rule', 'request'] as const)
    expect((await search.page({ [name]: value }, { limit: 1 })).items, name).toEqual([])
  for (const name of ['principal', 'rack', 'app', 'permission', 'route', 'rule'] as const)
    expect((await search.page({ [exclusionName(name)]: [value, value] }, { limit: 9 })).items, name).toHaveLength(5)
  for (const name of ['text', 'command'] as const) {
    const found = await search.page({ [name]: value }, { limit: 1 }).catch((error: unknown) => error)
    expect(found instanceof Error ? { code: Reflect.get(found, 'code') } : found).toEqual(
      found instanceof Error ? { code: 'RGW_INVALID_FILTER' } : { items: [], next: null },
    )
  }
  expect((await search.page({ kind: 'call' }, { limit: 1 })).items).toHaveLength(1)
})

test.each<[FilterQuery, RegExp]>([
  [{ from: 'yesterday' }, /from is not a time in UTC/],
  [{ to: '2027-02-30T25:00:00Z' }, /to is not a time in UTC/],
  [{ from: '2027-01-02T00:00:00Z', to: '2027-01-01T00:00:00Z' }, /before/],
  [{ address: '192.0.2.1/33' }, /address/],
  [{ address: '192.0.2.1/8/8' }, /address/],
  [{ address: 'fe80::1%eth0' }, /address/],
  [{ address: 'example.com' }, /address/],
  [{ text: '***' }, /words/],
  [{ text: 'a '.repeat(21) }, /words/],
])('%j is rejected with the expected format', async (query, sentence) => {
  await expect(fourEvents().search.page(query, { limit: 1 })).rejects.toMatchObject({
    code: 'RGW_INVALID_FILTER',
    message: expect.stringMatching(sentence),
  })
})

test('an event is recorded even if its address, command, or reason cannot be indexed', async () => {
  const { search, record } = await started()
  const word = 'x'.repeat(5_000)
  const addresses = [
    'unknown',
    '999.1.1.1',
    '1.2.3.4/99',
    '::ffff:nonsense',
    'fe80::1%eth0',
    '',
    '\u0000',
    '192.0.2.0/24',
  ]
  for (const address of addresses)
    await record({
      ...refusedRun,
      source: { address },
      command: [word, '\u0000', '\ud800'],
      decision: { effect: 'deny', rule: 'r', reason: `"reason":"${word}\\u0000` },
    })
  expect((await search.page({ app: 'billing' }, { limit: 50 })).items).toHaveLength(addresses.length)
  expect((await search.page({ address: '192.0.2.0/24' }, { limit: 50 })).items).toHaveLength(1)
})

test('frequent and rare matches have the same order', async () => {
  const { search, runtime, record } = await started()
  await record({ ...call, command: ['rake', 'rare'] })
  await Promise.all(Array.from({ length: 120 }, (_, n) => record({ ...call, command: ['rake', `task:${n}`] })))
  const [most] = await runtime`select count(*)::int as count from audit.events where command like 'rake%'`
  expect(most?.count).toBe(121)
  const often = await search.page({ text: 'rake' }, { limit: 50 })
  expect(often.items.map(({ event }) => event.command?.[1])).toEqual(
    Array.from({ length: 50 }, (_, n) => `task:${119 - n}`),
  )
  const rest: string[] = []
  for (let cursor = often.next; cursor !== null; ) {
    const page = await search.page({ text: 'rake' }, { limit: 50, cursor })
    rest.push(...page.items.map(({ event }) => event.command?.[1] ?? ''))
    cursor = page.next
  }
  expect(rest).toEqual([...Array.from({ length: 70 }, (_, n) => `task:${69 - n}`), 'rare'])
})

/** Events of two apps, in four racks and none. */
const twoApps = sharedFixture(async (onEnd) => {
  const log = await started(onEnd)
  const { rack: _, ...nowhere } = call
  const drafts = [call, { ...call, rack: 'production' }, nowhere, { ...call, rack: 'eu' }, { ...call, app: 'billing' }]
  const recorded = await Promise.all(
    Array.from({ length: 90 }, (__, n) =>
      log.record({ ...(drafts[n % drafts.length] ?? call), command: ['rake', `${n}`] }),
    ),
  )
  return { ...log, recorded }
})

test.each<[FilterQuery]>([
  [{ app: 'web' }],
  [{ app: 'web', effect: 'allow' }],
  [{ app: 'web', principal: 'ann@example.com' }],
  [{ app: 'web', kind: 'call' }],
  [{ app: 'web', text: 'rake' }],
])('events of an app are in time order across racks, including those without a rack: %j', async (query) => {
  const { search, recorded } = twoApps()
  const expected = recorded.filter((event) => event.column('app') === 'web').map(({ id }) => id)
  expect(await pagedIds(search, query, 10)).toEqual(expected.toReversed())
  expect(await exportedIds(search, query)).toEqual(expected)
  expect((await search.page({ ...query, rack: 'eu' }, { limit: 50 })).items.length).toBe(18)
})

/** Twelve events of several kinds, followed by thousands of another kind. */
const rareEvents = sharedFixture(async (onEnd) => {
  const log = await started(onEnd)
  const drafts = Array.from({ length: 3 }, (_, n): EventDraft[] => [
    { ...refusedRun, status: 403 + n },
    locked,
    { ...refusedRun, kind: 'intent' },
    { ...refusedRun, rack: 'eu' },
  ])
  const rare = await Promise.all(drafts.flat().map((draft) => log.record(draft)))
  await Promise.all(Array.from({ length: 2_100 }, () => log.record(call)))
  return { ...log, rare }
})

test.each<[FilterQuery]>([
  [{ kind: 'user.locked' }],
  [{ rack: 'production' }],
  [{ permission: 'process:run' }],
  [{ route: 'POST /apps/{app}/services/{service}/processes' }],
  [{ rule: 'no-command-rule' }],
])('rare events are found behind thousands of newer ones, in pages and exports: %j', async (query) => {
  const { search, rare } = rareEvents()
  const [name, value] = Object.entries(query)[0] ?? []
  const expected = rare.flatMap((event) => (event.column(name ?? '') === value ? [event.id] : []))
  expect(expected.length).toBeGreaterThan(2)
  expect(await pagedIds(search, query, 2)).toEqual(expected.toReversed())
  expect(await exportedIds(search, query)).toEqual(expected)
})

test.each<[FilterQuery]>([
  [{ notKind: ['call', 'stream.opened'] }],
  [{ notApp: ['web'], notKind: ['stream.opened'] }],
  [{ notRule: ['role:viewer'], notKind: ['stream.opened'] }],
])('rare events are found behind thousands of excluded ones, in pages and exports: %j', async (query) => {
  const { search, rare } = rareEvents()
  const { notApp, notRule, notKind = [] } = query
  const expected = rare.filter(
    (event) =>
      !notKind.some((kind) => kind === event.column('kind')) &&
      (notApp === undefined || event.column('app') !== 'web') &&
      (notRule === undefined || event.column('rule') !== 'role:viewer'),
  )
  expect(expected.length).toBeGreaterThan(2)
  const ids = expected.map(({ id }) => id)
  expect(await pagedIds(search, query, 2)).toEqual(ids.toReversed())
  expect(await exportedIds(search, query)).toEqual(ids)
})

test('rare changes and denials are found behind thousands of reads, in pages and exports', async () => {
  const { search, rare } = rareEvents()
  const ids = rare.map(({ id }) => id)
  expect(await pagedIds(search, { view: 'changes' }, 2)).toEqual(ids.toReversed())
  expect(await exportedIds(search, { view: 'changes' })).toEqual(ids)
})

test('what the web console read for its pages is left out, and nothing that only looks like it', async () => {
  const { search, record } = await started()
  const mode = 'web-console'
  await record({ ...call, mode })
  await record({ ...call, kind: 'audit.read', mode })
  const kept: EventDraft[] = [
    call,
    { ...call, mode: 'management-api' },
    { ...refusedRun, mode },
    { ...call, kind: 'intent', mode },
    { ...call, parameters: { query: [], form: [], headers: [], values: { mode } } },
    { ...call, command: ['"mode":"web-console"'] },
  ]
  const ids: string[] = []
  for (const draft of kept) ids.push((await record(draft)).id)
  const query: FilterQuery = { view: 'without-console-reads', notKind: ['stream.opened'] }
  expect(await pagedIds(search, query, 2)).toEqual(ids.toReversed())
  expect(await pagedIds(search, { ...query, kind: 'call' }, 2)).toHaveLength(5)
  expect(await pagedIds(search, { ...query, rule: 'role:viewer' }, 2)).toHaveLength(5)
  expect(await exportedIds(search, query)).toEqual(ids)
})

test('a page can begin at any time, and the pages from there have each event once', async () => {
  const { search, runtime } = rareEvents()
  const rows = await runtime<{ id: string; at: Date }[]>`
    select id, at from audit.events order by at desc, stream desc, seq desc`
  for (const index of [0, 1_000, rows.length - 5]) {
    const to = rows[index]?.at ?? new Date()
    const expected = rows.filter(({ at }) => at < to).map(({ id }) => id)
    expect(await pagedIds(search, { to: to.toISOString() }, 200)).toEqual(expected)
    const { total } = await search.histogram({ from: '2000-01-01T00:00:00Z', to: to.toISOString() }, counting)
    expect(total).toBe(expected.length)
  }
})

const counting = { now: Date.now(), maxBuckets: 120 }

async function pagedIds(search: AuditSearch, query: FilterQuery, limit: number): Promise<string[]> {
  const ids: string[] = []
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await search.page(query, { limit, cursor })
    ids.push(...page.items.map(({ id }) => id))
    cursor = page.next
  }
  return ids
}

async function exportedIds(search: AuditSearch, query: FilterQuery): Promise<string[]> {
  const ids: string[] = []
  for await (const batch of search.all(query)) ids.push(...batch.map(({ id }) => id))
  return ids
}

test('a histogram has the results of events', async () => {
  const { search, recorded } = fourEvents()
  const [first] = recorded
  const from = new Date((first?.position.moment ?? 0) - 60_000).toISOString()
  const histogram = await search.histogram({ from }, { now: Date.now() + 60_000, maxBuckets: 2 })
  const sum = (result: 'allowed' | 'denied' | 'required' | 'failed' | 'none') =>
    histogram.buckets.reduce((total, bucket) => total + bucket[result], 0)
  expect(histogram.buckets.length).toBeLessThanOrEqual(2)
  expect([sum('allowed'), sum('denied'), sum('required'), sum('failed'), sum('none')]).toEqual([1, 1, 0, 1, 2])
  expect(histogram).toMatchObject({ total: 5, complete: true, countedFrom: new Date(from) })
})

test('a histogram with a text filter counts each match once, and stops at the maximum number of events', async () => {
  const { search, runtimeUrl } = twoApps()
  const range = { from: new Date(Date.now() - 3_600_000).toISOString() }
  const whole = await search.histogram({ ...range, text: 'rake' }, { ...counting, now: Date.now() + 60_000 })
  expect(whole).toMatchObject({ total: 90, complete: true })
  const shared = createAuditSearch({ pools: searchPools(runtimeUrl), maxCounted: 10, limits: searchLimits() })
  onTestFinished(() => shared.close())
  const bounded = shared.forCaller('ann')
  for (const query of [{ ...range, text: 'rake' }, range, { ...range, app: 'web', notRack: ['eu'] }]) {
    const histogram = await bounded.histogram(query, { ...counting, now: Date.now() + 60_000 })
    expect(histogram).toMatchObject({ total: 10, complete: false })
    expect(histogram.countedFrom.getTime()).toBeGreaterThan(histogram.from.getTime())
  }
})

test('a histogram that takes too long says that it is incomplete, and counts as a search', async () => {
  const { runtimeUrl, admin } = fourEvents()
  const shared = createAuditSearch({ pools: searchPools(runtimeUrl), timeout: 200, limits: searchLimits() })
  onTestFinished(() => shared.close())
  const search = shared.forCaller('ann')
  await admin.begin(async (lock) => {
    await lock`lock table audit.events in access exclusive mode`
    expect(await search.histogram({}, counting)).toMatchObject({ total: 0, complete: false })
    const all = await Promise.allSettled(Array.from({ length: 9 }, () => search.histogram({}, counting)))
    expect(all.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))).toMatchObject([
      { code: 'RGW_SEARCH_BUSY', statusCode: 429 },
    ])
  })
})

test('an event has neighbors in its stream and in its session', async () => {
  const { search, record } = await started()
  const others = { ...ann, credential: randomUUID() }
  const before = await record({ ...call, principal: ann })
  const between = await record({ ...call, principal: others })
  const event = await record({ ...call, principal: ann })
  const after = await record({ ...call, principal: { ...ann, id: randomUUID() } })
  const last = await record({ ...call, principal: ann })
  const neighborsOf = async (id: string) => search.neighbors(await search.event(id))
  expect(await neighborsOf(event.id)).toEqual({
    previousInStream: between.id,
    nextInStream: after.id,
    previousInSession: before.id,
    nextInSession: last.id,
  })
  expect(await neighborsOf(last.id)).toMatchObject({ nextInStream: null, nextInSession: null })
  const { items } = await search.page({ kind: 'stream.opened' }, { limit: 1 })
  expect(await neighborsOf(items[0]?.id ?? '')).toEqual({
    previousInStream: null,
    nextInStream: before.id,
    previousInSession: null,
    nextInSession: null,
  })
})

test('a neighbor in a session is looked for only among the 1,000 nearest events of its principal', async () => {
  const { search, record } = await started()
  const first = await record({ ...call, principal: ann })
  await Promise.all(Array.from({ length: 999 }, () => record({ ...call, principal: { ...ann, credential: ann.id } })))
  const previousOf = async (id: string) => (await search.neighbors(await search.event(id))).previousInSession
  const near = await record({ ...call, principal: ann })
  expect(await previousOf(near.id)).toBe(first.id)
  await Promise.all(Array.from({ length: 1_000 }, () => record({ ...call, principal: { ...ann, credential: ann.id } })))
  const far = await record({ ...call, principal: ann })
  expect(await previousOf(far.id)).toBeNull()
})

test('an event is found only by its own ID', async () => {
  const { search, recorded } = fourEvents()
  const [one] = recorded
  if (one === undefined) throw new Error('nothing was recorded')
  expect((await search.event(one.id.toUpperCase())).canonical).toBe(one.canonical)
  const otherLast = one.id.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'))
  const otherTime = one.id.replace(/^./, 'f')
  for (const id of [otherLast, otherTime, randomUUID(), 'x', ''])
    await expect(search.event(id), id).rejects.toMatchObject({ code: 'RGW_NO_SUCH_EVENT' })
})

test('a search that takes too long is canceled with a remedy', async () => {
  const { runtimeUrl, admin } = fourEvents()
  const shared = createAuditSearch({ pools: searchPools(runtimeUrl), timeout: 200, limits: searchLimits() })
  onTestFinished(() => shared.close())
  const search = shared.forCaller('ann')
  await admin.begin(async (lock) => {
    await lock`lock table audit.events in access exclusive mode`
    await expect(search.page({}, { limit: 1 })).rejects.toMatchObject({ code: 'RGW_SEARCH_TOO_BROAD', statusCode: 503 })
  })
  expect((await search.page({ kind: 'call' }, { limit: 1 })).items).toHaveLength(1)
})

test('concurrent searches are limited, for each caller and in all', async () => {
  const { shared, search } = fourEvents()
  const callers = ['ann', 'bob', 'eve'].map((caller) => shared.forCaller(caller))
  const all = await Promise.allSettled(
    callers.flatMap((one) => Array.from({ length: 20 }, () => one.page({}, { limit: 1 }))),
  )
  const refused = all.map((one) => (one.status === 'rejected' ? one.reason : null))
  const found = [0, 20, 40].map((first) => refused.slice(first, first + 20).filter((reason) => reason === null).length)
  expect(found).toEqual([8, 8, 0])
  expect(refused[19]).toMatchObject({ code: 'RGW_SEARCH_BUSY', message: expect.stringContaining('one caller') })
  expect(refused[40]).toMatchObject({ code: 'RGW_SEARCH_BUSY', message: expect.stringContaining('Too many searches') })
  await expect(search.page({}, { limit: 1 })).resolves.toMatchObject({ items: [{ event: { request: 'r-4' } }] })
})

test('its connections are read-only', async () => {
  const { search } = fourEvents()
  await expect(
    search.sql`insert into audit.streams (id, month, host, pid, lease_until) values (gen_random_uuid(), now(), 'x', 1, now())`,
  ).rejects.toThrow(/read-only/)
})

test('an export is a snapshot in time order', async () => {
  const { search, record } = await started()
  const before = await Promise.all(
    Array.from({ length: 1_200 }, (_, n) => record({ ...call, app: n % 2 ? 'web' : 'api' })),
  )
  const ids: string[] = []
  for await (const batch of search.all({ app: 'web' })) {
    ids.push(...batch.map(({ id }) => id))
    await record(call)
  }
  expect(ids).toEqual(before.filter((_, n) => n % 2).map(({ id }) => id))
})

test('concurrent exports are limited, for each caller and in all, and an aborted one frees its slot', async () => {
  const { shared, search } = rareEvents()
  const [bob, eve] = [shared.forCaller('bob'), shared.forCaller('eve')]
  const open = async (of: AuditSearch) => {
    const batches = of.all({})[Symbol.asyncIterator]()
    await batches.next()
    return batches
  }
  const one = await open(search)
  await expect(open(search)).rejects.toMatchObject({ code: 'RGW_SEARCH_BUSY' })
  const two = await open(bob)
  await expect(open(eve)).rejects.toMatchObject({ code: 'RGW_SEARCH_BUSY' })
  await one.return?.()
  const third = await open(eve)
  await Promise.all([two.return?.(), third.return?.()])
})

test('each partition has all indexes of the table', async () => {
  const { admin } = fourEvents()
  const rows = await admin<{ name: string; indexes: number }[]>`
    select c.relname as name, count(i.indexrelid)::int as indexes from pg_class c join pg_index i on i.indrelid = c.oid
    where c.oid = 'audit.events'::regclass or c.oid in (select inhrelid from pg_inherits where inhparent = 'audit.events'::regclass)
    group by 1`
  expect(rows.length).toBeGreaterThan(2)
  expect(new Set(rows.map(({ indexes }) => indexes)).size).toBe(1)
  await admin`select audit.ensure_partition((date_trunc('month', now() at time zone 'UTC') + interval '3 months')::date)`
  const [missing] = await admin`
    select count(*)::int as count from pg_inherits child
    where inhparent = 'audit.events'::regclass and (select count(*) from pg_index where indrelid = inhrelid) <>
      (select count(*) from pg_index where indrelid = 'audit.events'::regclass)`
  expect(missing?.count).toBe(0)
})

test('an export whose connection breaks fails', async () => {
  const { search, admin } = rareEvents()
  const batches = search.all({})[Symbol.asyncIterator]()
  expect((await batches.next()).done).toBe(false)
  await admin`
    select pg_terminate_backend(pid, 10000) from pg_stat_activity
    where application_name = 'rack-gateway audit export' and datname = current_database()`
  const readOn = async () => {
    while (!(await batches.next()).done);
  }
  await expect(readOn()).rejects.toThrow()
})
