import { expect, test } from 'vitest'
import { readRelease } from '../../../../api/rack-data/readers.ts'
import { skippedReleases, skippedText } from './skipped-releases.ts'

const release = (number: number) => readRelease({ id: `R${number}`, created: `2026-01-${10 + number}T00:00:00Z` })
const releases = [9, 8, 7, 6, 5, 4, 3, 2, 1].map(release)
const chosen = release(2)

test('a rollback skips the newer releases, but not the running one, which it replaces', () => {
  const skipped = skippedReleases(releases, { chosen, runningId: 'R4', promoted: new Set(['R1', 'R3', 'R4']) })
  expect(skipped).toEqual({ neverPromoted: ['R9', 'R8', 'R7', 'R6', 'R5'], promotedBefore: ['R3'] })
  expect(skippedText(skipped)).toEqual([
    '5 newer releases were never promoted: R9, R8, R7, and 2 more.',
    '1 newer release was promoted before, and will not run: R3.',
  ])
})

test('the newest release skips nothing', () => {
  const skipped = skippedReleases(releases, { chosen: release(9), runningId: 'R4', promoted: new Set() })
  expect(skippedText(skipped)).toEqual([])
})

test('if not all releases were read, the text does not claim to know the number', () => {
  const skipped = skippedReleases(releases, { chosen: release(8), runningId: 'R4', promoted: new Set() })
  expect(skippedText(skipped, true)).toEqual(['At least 1 newer release was never promoted: R9.'])
})

test('a release without a time is neither newer nor older', () => {
  const unknown = readRelease({ id: 'RX', created: '' })
  expect(skippedReleases([unknown], { chosen, runningId: '', promoted: new Set() }).neverPromoted).toEqual([])
})
