import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { writePaced } from './paced-writing.ts'

test('so many a second are written, all drafts in turn', async () => {
  const seen: string[] = []
  const record = async (draft: string) => void seen.push(draft)
  const writing = writePaced({ record, drafts: ['a', 'b'], perSecond: 500, lanes: 4 })
  await wait(200)
  const { written, seconds } = await writing.stop()
  expect(written / seconds).toBeGreaterThan(250)
  expect(written / seconds).toBeLessThanOrEqual(550)
  const as = seen.filter((draft) => draft === 'a').length
  expect(Math.abs(as - seen.length / 2)).toBeLessThanOrEqual(4)
})

test('no more wait at once than there are lanes', async () => {
  let waiting = 0
  let most = 0
  const record = async () => {
    most = Math.max(most, ++waiting)
    await wait(5)
    waiting--
  }
  const writing = writePaced({ record, drafts: ['a'], perSecond: 1_000_000, lanes: 3 })
  await wait(50)
  await writing.stop()
  expect(most).toBe(3)
  expect(waiting).toBe(0)
})

test('a rate below one a second ends when it is told to', async () => {
  const writing = writePaced({ record: async () => {}, drafts: ['a'], perSecond: 0.01, lanes: 2 })
  await wait(20)
  expect((await writing.stop()).written).toBe(1)
})

test('a record that fails is an error, not a lower rate', async () => {
  const record = () => Promise.reject(new Error('no disk'))
  const writing = writePaced({ record, drafts: ['a'], perSecond: 100, lanes: 1 })
  await wait(10)
  await expect(writing.stop()).rejects.toThrow('no disk')
})
