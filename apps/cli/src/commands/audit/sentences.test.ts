import type { Verification } from '@rack-gateway/audit/verify'
import { expect, test } from 'vitest'
import { sentences } from './sentences.ts'

const verification: Verification = {
  intact: true,
  findings: [],
  found: 0,
  streams: 1,
  events: 9,
  unsigned: 0,
  checkpoints: { count: 9, first: 1, last: 9, at: '2026-11-25T12:09:00.000Z' },
  keys: ['key'],
  trust: 'pinned',
  archived: [],
  anchored: true,
  copied: { last: 9, at: '2026-11-25T12:09:00.000Z' },
}

const about = (copied: Verification['copied']) => sentences({ ...verification, copied }).join('\n')

test('it is said up to which checkpoint there are copies, and what was not copied since', () => {
  expect(about(verification.copied)).toContain('  copies outside: compared up to 9, of 2026-11-25T12:09:00.000Z\n')
  expect(about({ last: 3, at: '2026-11-25T12:03:00.000Z' })).toContain(
    'compared up to 3, of 2026-11-25T12:03:00.000Z; NOT copied since: 4 to 9,',
  )
  expect(about(null)).toContain('unanchored')
})
