import { expect, test } from 'vitest'
import { busyShare, coreTime } from './core-time.ts'
import { findCores, onCore } from './cores.ts'
import { startSubject } from './subject-process.ts'

test('a subject that ends before it listens is an error at once', async () => {
  await expect(startSubject({ program: 'no-such-subject', environment: {}, core: null })).rejects.toThrow(
    'no-such-subject ended too early',
  )
})

test('a command is unchanged if no core is pinned', () => {
  expect(onCore(null, ['node', 'a.js'])).toEqual(['node', 'a.js'])
  expect(onCore(1, ['node', 'a.js']).slice(-3)).toEqual(['1', 'node', 'a.js'])
})

test('the subject has a core that the load has not', () => {
  const cores = findCores()
  if (cores) expect(cores.subject).not.toBe(cores.rest)
})

test('the busy share is busy time divided by elapsed time', () => {
  expect(busyShare({ busy: 10, total: 100 }, { busy: 40, total: 200 })).toBe(0.3)
  expect(busyShare({ busy: 10, total: 100 }, { busy: 10, total: 100 })).toBe(0)
  expect(() => coreTime(4096)).toThrow('there is no core 4096')
})
