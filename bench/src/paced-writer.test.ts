import { setTimeout as wait } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { startPacedWriter } from './paced-writer.ts'

test('writes at the given rate, in commits of the given size, and takes the drafts in turn', async () => {
  const seen: string[] = []
  const record = async (draft: string) => void seen.push(draft)
  const writing = startPacedWriter({ record, drafts: ['a', 'b'], perSecond: 500, recordsPerCommit: 10 })
  await vi.waitFor(() => expect(seen.length).toBeGreaterThanOrEqual(100), { timeout: 60_000 })
  const { records, commits, seconds } = await writing.stop()
  // What is late comes in the next commit, so only more than the rate would be wrong.
  expect(records).toBeLessThanOrEqual(seconds * 500 + 10)
  expect(records / commits).toBeGreaterThanOrEqual(10)
  const as = seen.filter((draft) => draft === 'a').length
  expect(Math.abs(as - seen.length / 2)).toBeLessThanOrEqual(1)
})

test('a commit size that is not a whole number is right on average', async () => {
  const writing = startPacedWriter({ record: async () => {}, drafts: ['a'], perSecond: 1_500, recordsPerCommit: 1.5 })
  await wait(200)
  const { records, commits } = await writing.stop()
  expect(records / commits).toBeGreaterThan(1.4)
})

test('one commit after another; what is late goes into the next one', async () => {
  let underWay = 0
  const sizes: number[] = []
  const record = async () => {
    underWay++
    await wait(40)
    if (underWay > 0) sizes.push(underWay)
    underWay = 0
  }
  const writing = startPacedWriter({ record, drafts: ['a'], perSecond: 1_000, recordsPerCommit: 1 })
  await wait(150)
  await writing.stop()
  expect(sizes[0]).toBe(1)
  expect(sizes[1]).toBeGreaterThan(20)
})

test('stop ends a writer with a rate below one per second', async () => {
  const writing = startPacedWriter({ record: async () => {}, drafts: ['a'], perSecond: 0.01, recordsPerCommit: 1 })
  await wait(20)
  expect((await writing.stop()).records).toBe(1)
})

test('a record that fails is an error, not a lower rate', async () => {
  const record = () => Promise.reject(new Error('no disk'))
  const writing = startPacedWriter({ record, drafts: ['a'], perSecond: 100, recordsPerCommit: 1 })
  await wait(10)
  await expect(writing.stop()).rejects.toThrow('no disk')
})
