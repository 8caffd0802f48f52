import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { type CpuProfile, functionOf, lastPart, partOf, selfTimes } from './self-time.ts'

const root = join(import.meta.dirname, '../..')
const inRepository = (path: string) => pathToFileURL(join(root, path)).href
const frame = (functionName: string, url = '') => ({ functionName, url, lineNumber: 6 })

const profile: CpuProfile = {
  nodes: [
    { id: 1, callFrame: frame('(idle)') },
    { id: 2, callFrame: frame('seal', inRepository('packages/audit/dist/stream.js')) },
    {
      id: 3,
      callFrame: frame('_resume', inRepository('node_modules/.pnpm/undici@7/node_modules/undici/lib/client.js')),
    },
    { id: 4, callFrame: frame('emit', 'node:events') },
  ],
  samples: [1, 2, 2, 3, 4],
  timeDeltas: [1000, 100, 200, 60, 40],
}

test('time in which the process had nothing to do is not counted', () => {
  expect(selfTimes(profile, partOf)).toEqual([
    { place: 'packages/audit', share: 0.75 },
    { place: 'undici', share: 0.15 },
    { place: 'node', share: 0.1 },
  ])
})

test('a function is named with its file and line', () => {
  expect(selfTimes(profile, functionOf)[0]?.place).toBe('seal packages/audit/dist/stream.js:7')
})

test('a package with a scope keeps it', () => {
  expect(partOf(frame('from', inRepository('node_modules/@fastify/reply-from/index.js')))).toBe('@fastify/reply-from')
})

test('the last part leaves the start out', () => {
  expect(lastPart(profile, 100)).toMatchObject({ samples: [3, 4], timeDeltas: [60, 40] })
  expect(lastPart(profile, 1_000_000).samples).toEqual(profile.samples)
})

test('an idle process has no shares', () => {
  expect(selfTimes({ ...profile, samples: [1], timeDeltas: [5] }, partOf)).toEqual([])
})
