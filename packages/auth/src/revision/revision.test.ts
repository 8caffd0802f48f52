import { expect, test, vi } from 'vitest'
import { createRevision } from './revision.ts'

function startRevision() {
  const clock = { time: 5_000, now: () => clock.time }
  const revision = createRevision(clock)
  const changed = vi.fn()
  const end = revision.onChange(changed)
  return { clock, revision, changed, end }
}

test('before the first result, the age is infinite', () => {
  const { revision } = startRevision()
  expect(revision.age()).toBe(Number.POSITIVE_INFINITY)
  expect(revision.stale()).toBe(true)
})

test('the age counts from the time at which the query was sent', () => {
  const { clock, revision } = startRevision()
  clock.time = 6_000
  revision.update('1', 5_200)
  expect(revision.age()).toBe(800)
})

test('the revision is stale after a second without a result, and no longer after the next result', () => {
  const { clock, revision } = startRevision()
  revision.update('1', 5_000)
  clock.time = 6_000
  expect(revision.stale()).toBe(false)
  clock.time = 6_001
  expect(revision.stale()).toBe(true)
  revision.update('1', 6_001)
  expect(revision.stale()).toBe(false)
})

test('the result of an earlier query does not change the age', () => {
  const { clock, revision } = startRevision()
  clock.time = 6_000
  revision.update('1', 5_900)
  revision.update('1', 5_100)
  expect(revision.age()).toBe(100)
})

test('listeners are called only for changes', () => {
  const { revision, changed } = startRevision()
  revision.update('1', 5_000)
  expect(changed).toHaveBeenCalledTimes(1)
  revision.update('1', 5_100)
  expect(changed).toHaveBeenCalledTimes(1)
  revision.update('2', 5_200)
  expect(changed).toHaveBeenCalledTimes(2)
})

test('a revision that went back, as after a restored backup, is a change', () => {
  const { revision, changed } = startRevision()
  revision.update('9', 5_000)
  revision.update('3', 5_100)
  expect(changed).toHaveBeenCalledTimes(2)
})

test('a revision above 2^53 is not rounded to its predecessor', () => {
  const { revision, changed } = startRevision()
  revision.update('9007199254740992', 5_000)
  revision.update('9007199254740993', 5_100)
  expect(changed).toHaveBeenCalledTimes(2)
})

test('a removed listener is not called', () => {
  const { revision, changed, end } = startRevision()
  end()
  revision.update('1', 5_000)
  expect(changed).not.toHaveBeenCalled()
})

test('a listener that throws does not prevent the others from being called', () => {
  const clock = { now: () => 0 }
  const revision = createRevision(clock)
  const heard = vi.fn()
  revision.onChange(() => {
    throw new Error('broken')
  })
  revision.onChange(heard)
  expect(() => revision.update('1', 0)).toThrow(AggregateError)
  expect(heard).toHaveBeenCalledOnce()
  expect(revision.age()).toBe(0)
})
