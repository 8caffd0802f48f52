import { randomUUID } from 'node:crypto'
import type { Sql } from 'postgres'
import { expect, test } from 'vitest'
import { openCallsQuery } from '../adoption/postgres-adoption-store.ts'
import { alarmsQuery } from '../checkpoints/logged-alarms.ts'
import { databaseForTest } from '../testing/database.ts'
import {
  changedAppsQuery,
  changesOfRoutesQuery,
  changesPageQuery,
  lastChangesQuery,
  lastOfRouteQuery,
  ownAppsQuery,
  ownChangesPageQuery,
} from './app-changes-query.ts'
import { readFilters } from './filters.ts'
import { grantEventsQuery } from './grant-events.ts'
import { openAlarmsQuery } from './open-alarms.ts'
import {
  acknowledgmentsQuery,
  countQuery,
  eventQuery,
  facetPageQuery,
  facetsQuery,
  neighborsQuery,
  pageQuery,
  type Query,
  splitGroup,
} from './query.ts'
import { rackCountsQuery } from './rack-counts.ts'

const bounds = { limit: 51 }
const page = (filters: Parameters<typeof readFilters>[0]) => pageQuery(readFilters(filters), bounds)
const second = {
  from: new Date(monthsAgo(0).getTime() + 5_000),
  to: new Date(monthsAgo(0).getTime() + 6_000),
  width: 1,
}
const count = (filters: Parameters<typeof readFilters>[0]) =>
  countQuery(readFilters(filters), { ...second, limit: 1_000 })
const position = { at: `${Date.now()}000`, stream: randomUUID(), seq: '7' }
const firstOfMonth = { ...position, at: `${monthsAgo(0).getTime()}000` }
const rareKind = readFilters({ kind: 'stream.abandoned' })
/** Denials are frequent in the events of this test, so they need no index. */
const [changesByKind = {}, , requirements = {}] = splitGroup(readFilters({ view: 'changes' })) ?? []

/** The queries that use each index. */
const uses: Readonly<Record<string, readonly Query[]>> = {
  pkey: [page({ stream: randomUUID() }), neighborsQuery(position, null)],
  at_idx: [
    page({}),
    page({ from: '2026-01-01T00:00:00Z' }),
    page({ to: '2100-01-01T00:00:00Z' }),
    page({ notEffect: ['allow'], notPrincipal: ['rare'], notAddress: ['192.0.2.0/24'], notStatus: ['200', '5xx'] }),
    eventQuery(randomUUID(), Date.now()),
    count({}),
    count({ notKind: ['call'] }),
    count({ view: 'changes' }),
    page({ view: 'without-console-reads' }),
    rackCountsQuery({ racks: ['staging'], since: second.from }, 100_000),
  ],
  facet_of_at_idx: [
    facetsQuery(rareKind),
    facetPageQuery(rareKind, bounds, ['1', '2']),
    facetPageQuery(readFilters({ notKind: ['call'], notRack: ['rare'] }), bounds, ['1', '2']),
    facetPageQuery(changesByKind, bounds, ['1', '2']),
    facetPageQuery(readFilters({ view: 'logins' }), bounds, ['1', '2']),
    openAlarmsQuery('session.superseded-token', ['1', '2']),
  ],
  rack_app_at_idx: [page({ rack: 'rare', app: 'rare' })],
  rack_app_at_idx1: [
    lastChangesQuery('staging', ['app-7', 'rare'], monthsAgo(12)),
    changesPageQuery({ rack: 'staging', app: 'app-7' }, bounds),
    changesPageQuery({ rack: 'staging', app: 'app-7' }, { ...bounds, before: position }),
    changesOfRoutesQuery({ rack: 'staging', app: 'app-7' }, ['POST /apps/{app}/releases'], 2_000),
    changedAppsQuery(['staging', 'rare'], 100),
    lastOfRouteQuery([{ rack: 'staging', app: 'app-7' }], 'POST /apps/{app}/releases', 500),
  ],
  principal_at_idx1: [
    ownChangesPageQuery({ principal: randomUUID(), rack: null }, bounds),
    ownChangesPageQuery({ principal: randomUUID(), rack: 'staging' }, { ...bounds, before: position }),
    ownAppsQuery({ principal: randomUUID(), rack: null }, 500),
  ],
  app_at_idx: [page({ app: 'app-7' })],
  principal_at_idx: [
    page({ principal: randomUUID() }),
    page({ principal: randomUUID(), credential: randomUUID(), notKind: ['call'] }),
    rackCountsQuery({ racks: ['staging'], since: second.from, principal: randomUUID() }, 100_000),
    neighborsQuery(position, { principalId: randomUUID(), credential: randomUUID() }),
  ],
  principal_name_at_idx: [page({ principal: 'rare' })],
  request_idx: [page({ request: 'rare' })],
  effect_at_idx: [page({ effect: 'require' }), pageQuery(requirements, bounds)],
  status_at_idx: [page({ status: '502' })],
  expr_at_idx: [page({ status: '5xx' })],
  address_of_at_idx: [page({ address: '192.0.2.1' }), page({ address: '192.0.2.0/24' })],
  words_of_idx: [page({ text: 'rare' }), page({ command: 'rare' })],
  granted_at_idx: [grantEventsQuery(randomUUID(), 51, null), grantEventsQuery(randomUUID(), 51, firstOfMonth)],
  of_event_idx: [
    acknowledgmentsQuery([randomUUID(), randomUUID()]),
    queryOf(openCallsQuery, randomUUID(), monthsAgo(0), monthsAgo(-1), 0, 100, 50),
    queryOf(alarmsQuery),
    openAlarmsQuery('session.superseded-token', ['1', '2']),
  ],
  at_idx1: [queryOf(alarmsQuery)],
}

function monthsAgo(count: number): Date {
  const now = new Date()
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - count))
}

function queryOf(text: string, ...values: readonly Query['values'][number][]): Query {
  return { text, values }
}

test('each search uses an index, and each index is used', async () => {
  const { admin, runtime } = await databaseForTest()
  const partition = await fill(runtime, admin)
  const rows =
    await admin`select indexname as name from pg_indexes where schemaname = 'audit' and tablename = ${partition}`
  expect(rows.map(({ name }) => name.slice(partition.length + 1)).sort()).toEqual(Object.keys(uses).sort())
  for (const [name, queries] of Object.entries(uses))
    for (const query of queries) expect(await plan(runtime, query), query.text).toContain(`${partition}_${name} `)
})

async function plan(sql: Sql, { text, values }: Query): Promise<string> {
  const rows = await sql.unsafe<{ 'QUERY PLAN': string }[]>(`explain ${text}`, [...values])
  return rows.map((row) => row['QUERY PLAN']).join('\n')
}

/** Inserts events without rare values. @returns their partition */
async function fill(runtime: Sql, admin: Sql): Promise<string> {
  const [month] = await runtime<{ name: string }[]>`
    select audit.ensure_partition((now() at time zone 'UTC')::date) as name`
  await runtime`
    insert into audit.events (stream, seq, at, id, kind, request, of_event, principal, principal_name, address, rack, app, route, permission,
      effect, rule, status, command, canonical, prev, hash)
    select gen_random_uuid(), 1, date_trunc('month', now(), 'UTC') + n * interval '1 ms', gen_random_uuid(),
      case when n % 10 = 1 then 'outcome' else 'call' end, md5(n::text),
      gen_random_uuid(), gen_random_uuid()::text, 'name-' || n % 500, '10.0.' || n % 200 || '.1', 'staging', 'app-' || n % 50,
      'GET /apps', 'app:list', case when n % 4 = 0 then 'deny' else 'allow' end, 'role:viewer',
      case when n % 4 = 0 then 403 else 200 end, 'rake task' || n % 500, '{}', sha256(''), sha256('')
    from generate_series(1, 20000) as n`
  await admin`analyze audit.events`
  return month?.name ?? ''
}
