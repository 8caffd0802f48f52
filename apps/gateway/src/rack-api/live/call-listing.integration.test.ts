import { randomUUID } from 'node:crypto'
import { openDatabase } from '@rack-gateway/database'
import { createTestDatabase } from '@rack-gateway/database/testing'
import postgres, { type Sql } from 'postgres'
import { expect, onTestFinished, test } from 'vitest'
import { createCallListing } from './call-listing.ts'
import type { ListedCall } from './listed-call.ts'

async function startListing() {
  const database = await createTestDatabase()
  const owner = postgres(database.ownerUrl, { max: 1, onnotice() {} })
  const { sql, close } = openDatabase(database.runtimeUrl, { max: 2 })
  const errors: unknown[] = []
  const faults: ('before' | 'after')[] = []
  let statements = 0
  /** Fails a statement before it reaches the database, or loses its response. */
  const faulty = new Proxy(sql, {
    apply(target, self, [first, ...rest]: Parameters<Sql>) {
      if (!('raw' in Object(first))) return Reflect.apply(target, self, [first, ...rest])
      statements += 1
      const fault = faults.shift()
      if (fault === 'before') return Promise.reject(new Error('the database is away'))
      const done = Reflect.apply(target, self, [first, ...rest])
      return fault === 'after' ? done.then(() => Promise.reject(new Error('the response was lost'))) : done
    },
  })
  const stream = randomUUID()
  const listing = createCallListing({
    sql: faulty,
    stream: () => stream,
    onListed() {},
    onError: (error) => void errors.push(error),
  })
  onTestFinished(async () => {
    await listing.stop()
    await close()
    await owner.end()
    await database.drop()
  })
  const rows = async () =>
    (await owner<{ id: string; stream: string }[]>`select id, stream from gateway.live_calls order by started_at`).map(
      (row) => `${row.id} ${row.stream}`,
    )
  return { listing, stream, owner, errors, faults, rows, statements: () => statements }
}

let made = 0
function someCall(): ListedCall {
  made += 1
  return {
    id: randomUUID(),
    startedAt: new Date(made),
    request: 'request',
    opened: null,
    recording: null,
    principal: 'ada',
    principalKind: 'user',
    principalName: 'ada@example.com',
    owner: null,
    rack: 'staging',
    app: null,
    service: null,
    process: null,
    route: 'WS /system/logs',
    path: '/system/logs',
    kind: 'logs',
    command: null,
    grant: null,
  }
}

test('a call that ends soon needs no statement', async () => {
  const { listing, rows, statements } = await startListing()
  const long = someCall()
  for (let count = 0; count < 100; count++) {
    const short = someCall()
    listing.add(short)
    listing.remove(short.id)
  }
  listing.add(long)
  await expect.poll(rows).toHaveLength(1)
  expect(statements()).toBe(1)
})

test('many calls are written in few statements, and each is deleted at its end', async () => {
  const { listing, stream, rows, statements } = await startListing()
  const calls = Array.from({ length: 1_200 }, someCall)
  for (const call of calls) listing.add(call)
  await expect.poll(rows).toEqual(calls.map(({ id }) => `${id} ${stream}`))
  expect(statements()).toBe(3)
  for (const { id } of calls.slice(1)) listing.remove(id)
  await expect.poll(rows).toEqual([`${calls[0]?.id} ${stream}`])
})

test('the end of a call removes the request to end this call, and no other request', async () => {
  const { listing, owner, rows } = await startListing()
  const [one, other] = [someCall(), someCall()]
  listing.add(one)
  await expect.poll(rows).toHaveLength(1)
  for (const { id } of [one, other]) await owner`insert into gateway.call_endings (call, reason) values (${id}, 'x')`
  listing.remove(one.id)
  await expect.poll(rows).toEqual([])
  expect(await owner`select call from gateway.call_endings`).toEqual([{ call: other.id }])
})

test.each(['before', 'after'] as const)('a batch that fails %s its commit is written again', async (when) => {
  const { listing, stream, errors, faults, rows } = await startListing()
  const [stays, ends] = [someCall(), someCall()]
  faults.push(when, when)
  listing.add(stays)
  listing.add(ends)
  await expect.poll(() => errors.length).toBeGreaterThan(0)
  listing.remove(ends.id)
  await expect.poll(rows).toEqual([`${stays.id} ${stream}`])
  listing.remove(stays.id)
  await expect.poll(rows).toEqual([])
})

test('after a stop, no row of the process remains', async () => {
  const { listing, rows } = await startListing()
  for (const call of Array.from({ length: 700 }, someCall)) listing.add(call)
  await expect.poll(rows).toHaveLength(700)
  await listing.stop()
  expect(await rows()).toEqual([])
  listing.add(someCall())
  listing.remove(someCall().id)
})
