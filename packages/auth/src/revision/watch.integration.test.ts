import { createServer } from 'node:net'
import { revision as revisionTable } from '@rack-gateway/database'
import { listen } from '@rack-gateway/testing/server'
import { sql } from 'drizzle-orm'
import { expect, onTestFinished, test, vi } from 'vitest'
import { LookUpTooSlow } from '../errors/errors.ts'
import { startStore } from '../testing/database.ts'
import { startDatabaseProxy } from '../testing/database-proxy.ts'
import { deferred } from '../testing/deferred.ts'
import { type RevisionWatchOptions, watchRevision } from './watch.ts'

async function startWatch(options: Partial<RevisionWatchOptions> = {}) {
  const store = await startStore()
  const onError = vi.fn<(error: unknown) => void>()
  const watch = await watchRevision({
    pool: { url: store.urls.runtimeUrl, applicationName: 'rack-gateway revision' },
    onError,
    ...options,
  })
  onTestFinished(() => watch.stop())

  /** The next change, from now on. */
  function nextChange(): Promise<void> {
    const { promise, resolve } = deferred<void>()
    const end = watch.onChange(() => resolve())
    return promise.finally(end)
  }

  /** The process IDs of connections that have read the revision and are idle. */
  async function watchers(): Promise<number[]> {
    const rows = await store.admin`
      select pid from pg_stat_activity
      where datname = current_database() and application_name = 'rack-gateway revision'
        and state = 'idle' and query like '%gateway.revision%'`
    return rows.map((row) => Number(row.pid))
  }

  return { ...store, watch, onError, nextChange, watchers }
}

test('after the start, the revision is current', async () => {
  const { watch } = await startWatch({ clock: { now: () => 5_000 } })
  expect(watch.age()).toBe(0)
  expect(watch.stale()).toBe(false)
})

test('a notification reports a change by another connection at once', async () => {
  const { issuer, nextChange } = await startWatch({ interval: 3_600_000 })
  const changed = nextChange()
  await issuer.user('ann@example.com')
  await changed
})

test('after a refresh, listeners have seen all changes committed before it', async () => {
  const { database, watch } = await startWatch({ interval: 3_600_000 })
  let told = 0
  watch.onChange(() => told++)
  for (let count = 1; count <= 20; count++) {
    await database.db.update(revisionTable).set({ value: sql`value + 1` })
    await Promise.all([watch.refresh(), watch.refresh()])
    expect(told).toBe(count)
  }
})

test('a pending refresh ends with the watch', async () => {
  const { watch } = await startWatch({ interval: 3_600_000 })
  const refreshes = [watch.refresh(), watch.refresh()]
  await watch.stop()
  await Promise.all([...refreshes, watch.refresh()])
})

test('when the notification is lost, the poll finds the change', async () => {
  const { database, nextChange } = await startWatch({ interval: 20 })
  const changed = nextChange()
  await database.db.update(revisionTable).set({ value: sql`value + 1` })
  await changed
})

test('without a change no listener is called', async () => {
  const { watch, database, onError } = await startWatch({ interval: 1 })
  const changed = vi.fn()
  watch.onChange(changed)
  for (let round = 0; round < 20; round++) await database.sql`select 1`
  expect(changed).not.toHaveBeenCalled()
  expect(onError).not.toHaveBeenCalled()
})

test('polls and notifications share one connection', async () => {
  const { watchers } = await startWatch()
  expect(await watchers()).toHaveLength(1)
})

test('a connection that is cut is made again, and listens again', async () => {
  const { admin, issuer, nextChange, watchers, watch, onError } = await startWatch({ interval: 3_600_000 })
  const [pid = 0] = await watchers()
  await admin`select pg_terminate_backend(${pid})`
  await expect.poll(async () => (await watchers()).some((other) => other !== pid)).toBe(true)
  const changed = nextChange()
  await issuer.user('ann@example.com')
  await changed
  expect(watch.stale()).toBe(false)
  expect(onError).not.toHaveBeenCalled()
})

test('a poll without a response fails at its deadline, and the next ones use a new connection', async () => {
  const failed = deferred<unknown>()
  const { admin, nextChange, issuer, watchers } = await startWatch({
    interval: 10,
    deadline: 100,
    onError: failed.resolve,
  })
  await admin.begin(async (locked) => {
    await locked`lock table gateway.revision in access exclusive mode`
    expect(await failed.promise).toBeInstanceOf(Error)
  })
  const changed = nextChange()
  await issuer.user('ann@example.com')
  await changed
  await expect.poll(async () => (await watchers()).length === 1).toBe(true)
})

test('without a database the polls keep to their interval', async () => {
  const { watch, urls, onError } = await startWatch({ interval: 3_600_000 })
  await urls.drop()
  await expect.poll(() => onError.mock.calls.length).toBeGreaterThan(0)
  for (let attempt = 0; attempt < 5; attempt++) await (await watchRevision({ pool: { url: urls.runtimeUrl } })).stop()
  await watch.stop()
  expect(onError).toHaveBeenCalledOnce()
})

test('while polls fail the age goes up from the last good one', async () => {
  const clock = { time: 1_000, now: () => clock.time }
  const failed = deferred<unknown>()
  const { watch, urls } = await startWatch({ clock, interval: 10, onError: failed.resolve })
  await urls.drop()
  await failed.promise
  clock.time = 31_000
  expect(watch.age()).toBe(30_000)
  expect(watch.stale()).toBe(true)
})

test('it starts without a database, and is stale', async () => {
  const onError = vi.fn()
  const watch = await watchRevision({ pool: { url: 'postgres://nobody@127.0.0.1:1/none' }, onError })
  expect(watch.stale()).toBe(true)
  expect(watch.age()).toBe(Number.POSITIVE_INFINITY)
  expect(onError).toHaveBeenCalled()
  await watch.stop()
})

test('a host that accepts a connection and never answers is unavailable, and no connection to it stays open', async () => {
  const { port, connections, close } = await listen(createServer((socket) => void socket.resume()))
  onTestFinished(close)
  const onError = vi.fn()
  const watch = await watchRevision({
    pool: { url: `postgres://a@127.0.0.1:${port}/b` },
    deadline: 50,
    interval: 10,
    onError,
  })
  await expect.poll(() => onError.mock.calls.length >= 3).toBe(true)
  await watch.stop()
  await expect.poll(() => connections.size).toBe(0)
  expect(watch.stale()).toBe(true)
})

test('a stalled connection is closed at the deadline, and replaced', async () => {
  const { urls, issuer } = await startStore()
  const proxy = await startDatabaseProxy(urls.runtimeUrl)
  const failed = deferred<unknown>()
  const watch = await watchRevision({ pool: { url: proxy.url }, interval: 10, deadline: 200, onError: failed.resolve })
  onTestFinished(() => watch.stop())
  proxy.freeze()
  expect(await failed.promise).toBeInstanceOf(LookUpTooSlow)
  const changed = deferred<void>()
  watch.onChange(() => changed.resolve())
  await issuer.user('ann@example.com')
  await changed.promise
})

test('a stop closes every connection and reports no more errors, even in the middle of a poll', async () => {
  const { admin, watch, watchers, onError } = await startWatch({ interval: 1 })
  await admin.begin(async (locked) => {
    await locked`lock table gateway.revision in access exclusive mode`
    await watch.stop()
    await watch.stop()
  })
  await expect.poll(async () => (await watchers()).length === 0).toBe(true)
  expect(onError).not.toHaveBeenCalled()
})
