import { expect, test } from 'vitest'
import { readApp, readRelease } from '../../../../api/rack-data/readers.ts'
import { releaseState } from './release-state.ts'

const app = (release: string, status = 'running') => readApp({ name: 'web', release, status })
const release = (id: string, created: string) => readRelease({ id, created })
const running = release('R2', '2026-01-02T00:00:00Z')

test('the release of the app runs, or is being rolled out', () => {
  expect(releaseState(running, app('R2'), running)).toBe('running')
  expect(releaseState(running, app('R2', 'updating'), running)).toBe('rolling-out')
})

test('other releases are older or newer than the running release', () => {
  expect(releaseState(release('R1', '2026-01-01T00:00:00Z'), app('R2'), running)).toBe('older')
  expect(releaseState(release('R3', '2026-01-03T00:00:00Z'), app('R2'), running)).toBe('newer')
})

test('before the first promotion, every release can be promoted', () => {
  expect(releaseState(running, app(''), null)).toBe('newer')
})

test('a release without a time can be promoted, and the rack decides', () => {
  expect(releaseState(release('R1', ''), app('R2'), running)).toBe('newer')
})
