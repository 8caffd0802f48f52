import { InfiniteQueryObserver, QueryClient } from '@tanstack/react-query'
import { afterEach, expect, test, vi } from 'vitest'
import { eventsQuery, mergeEntries, toEntry } from './events-query.ts'

const client = new QueryClient()
afterEach(() => client.clear())

const entry = (id: string, at = `2027-01-31T12:00:0${id}.000Z`) =>
  toEntry({ id, writtenAt: at, event: { id, at, kind: 'call' } })

/** A log of single-event pages, newest first: 9, 8, …, 0. */
function stubLog() {
  vi.stubGlobal('fetch', async (address: string) => {
    const cursor = new URL(address, 'http://gateway.example').searchParams.get('cursor') ?? '9'
    const next = cursor === '0' ? null : `${Number(cursor) - 1}`
    return Response.json({ items: [entry(cursor)], next })
  })
}

test('pages that are too many are dropped, and come back without a repeat or a gap', async () => {
  stubLog()
  const observer = new InfiniteQueryObserver(client, eventsQuery({}, 0, 3))
  const ids = () => observer.getCurrentResult().data?.pages.flatMap(({ entries }) => entries.map(({ id }) => id))
  await observer.refetch()
  expect(ids()).toEqual(['9'])
  for (let page = 0; page < 9; page++) await observer.fetchNextPage()
  expect(ids()).toEqual(['2', '1', '0'])
  expect(observer.getCurrentResult().hasNextPage).toBe(false)
  for (let page = 0; page < 7; page++) await observer.fetchPreviousPage()
  expect(ids()).toEqual(['9', '8', '7'])
})

test('followed events are merged by their time, each once', () => {
  const merged = mergeEntries([entry('5'), entry('4'), entry('2')], [entry('4'), entry('3'), entry('1')])
  expect(merged.map(({ id }) => id)).toEqual(['5', '4', '3', '2', '1'])
})
