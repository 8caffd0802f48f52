import { expect, test } from 'vitest'
import type { EventDraft } from '../events/event.ts'
import { databaseForTest, openPostgresWriter } from '../testing/database.ts'
import { type DecidedCalls, decidedCalls } from './decided-calls.ts'

const decision = { effect: 'allow', rule: 'role:viewer' } as const

function draft(app: string, change: Partial<EventDraft> = {}): EventDraft {
  return { kind: 'call', rack: 'staging', route: 'GET /apps/{app}', app, decision, ...change }
}

async function read(batches: AsyncIterable<DecidedCalls>): Promise<string[][]> {
  const found: string[][] = []
  for await (const { canonical } of batches) found.push(canonical.map((text) => JSON.parse(text).app))
  return found
}

test('decided calls are read newest first, each once, in batches, also within one millisecond', async () => {
  const { runtimeUrl, runtime: sql } = await databaseForTest()
  const start = Date.now()
  let now = start
  const writer = await openPostgresWriter(runtimeUrl, { clock: { now: () => now } })
  for (const app of ['a', 'b', 'c', 'd', 'e']) await writer.record(draft(app))
  now += 10
  for (const app of ['f', 'g']) await writer.record(draft(app))
  const between = { sql, since: start, until: now }
  expect(await read(decidedCalls({ ...between, batch: 3 }))).toEqual([['g', 'f', 'e'], ['d', 'c', 'b'], ['a']])
  expect(await read(decidedCalls({ ...between, batch: 7 }))).toEqual([['g', 'f', 'e', 'd', 'c', 'b', 'a']])
  expect(await read(decidedCalls({ ...between, until: now - 1, batch: 5 }))).toEqual([['e', 'd', 'c', 'b', 'a']])
  expect(await read(decidedCalls({ ...between, since: now }))).toEqual([['g', 'f']])
})

test('other events are not read: neither later events of a call, nor management API calls, nor undecided calls', async () => {
  const { runtimeUrl, runtime: sql } = await databaseForTest()
  const writer = await openPostgresWriter(runtimeUrl)
  const since = Date.now() - 1_000
  await writer.record(draft('intent', { kind: 'intent' }))
  await writer.record(draft('outcome', { kind: 'outcome' }))
  await writer.record(draft('opened', { kind: 'opened' }))
  await writer.record(draft('closed', { kind: 'closed' }))
  const { rack: _, ...own } = draft('own')
  await writer.record(own)
  const { decision: __, ...undecided } = draft('undecided')
  await writer.record(undecided)
  expect(await read(decidedCalls({ sql, since, until: Date.now() + 1_000 }))).toEqual([['opened', 'intent']])
})

test('a search that takes too long is canceled', async () => {
  const { runtimeUrl, runtime: sql, admin } = await databaseForTest()
  const writer = await openPostgresWriter(runtimeUrl)
  await writer.record(draft('a'))
  await admin.begin(async (tx) => {
    await tx`lock table audit.events in access exclusive mode`
    const reading = read(decidedCalls({ sql, since: 0, until: Date.now(), timeout: 50 }))
    await expect(reading).rejects.toMatchObject({ code: '57014' })
  })
})
