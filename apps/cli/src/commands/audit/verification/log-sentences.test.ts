import type { Verification } from '@rack-gateway/audit/verify'
import { expect, test } from 'vitest'
import { logSentences } from './log-sentences.ts'

const verification: Verification = {
  intact: true,
  findings: [],
  found: 0,
  streams: 1,
  events: 9,
  unsigned: 0,
  unsignedStreams: [],
  checkpoints: { count: 9, first: 1, last: 9, at: '2026-11-25T12:09:00.000Z' },
  keys: ['key'],
  trust: 'pinned',
  archived: [],
  anchored: true,
  recovered: [],
  copied: { last: 9, at: '2026-11-25T12:09:00.000Z' },
}

test('says how many events were verified, and how many no checkpoint covers', () => {
  const first = (change: Partial<Verification>) => logSentences({ ...verification, ...change })[0]
  expect(first({})).toBe('Verified 9 events in 1 stream. A checkpoint covers each of them.')
  expect(first({ events: 105, unsigned: 5 })).toBe(
    'Verified 105 events in 1 stream. 5 are not yet covered by a checkpoint.',
  )
  expect(first({ unsigned: 1 })).toBe('Verified 9 events in 1 stream. 1 is not yet covered by a checkpoint.')
  expect(first({ checkpoints: null })).toBe('Verified 9 events in 1 stream.')
  expect(first({ intact: false, found: 2 })).toBe('NOT what was recorded: 2 findings in 9 events in 1 stream.')
})

test('names whole streams that no checkpoint signs', () => {
  const sentences = (streams: number, change: Partial<Verification> = {}) => {
    const unsignedStreams = Array.from({ length: streams }, (_, index) => `s${index + 1}`)
    return logSentences({ ...verification, unsignedStreams, ...change }).join('\n')
  }
  expect(sentences(0)).not.toContain('In no checkpoint')
  expect(sentences(1)).toContain(
    '  In no checkpoint: 1 whole stream (s1). Nothing proves that a gateway wrote it: every login that can write',
  )
  expect(sentences(5)).toContain('5 whole streams (s1, s2, s3, and 2 more). Nothing proves that a gateway wrote them:')
  expect(sentences(1, { checkpoints: null })).not.toContain('In no checkpoint')
})

test('distinguishes a recorded restore from other findings', () => {
  const restore = {
    about: 'restore',
    problem: 'restored',
    number: 9,
    from: 4,
    events: 3,
    streams: 1,
    lost: [{ stream: 'one', first: 5, last: 7 }],
    event: { id: 'id', at: '2026-11-25T12:09:00.000Z', by: 'ada', reason: 'the disk failed' },
  } as const
  const gap = { about: 'event', problem: 'gap', stream: 'one', seq: 2, until: 2, id: null, detail: '' } as const
  expect(logSentences({ ...verification, intact: false, findings: [restore], found: 1 }).slice(0, 2)).toEqual([
    'NOT complete: the log was restored from a backup: 1 finding in 9 events in 1 stream.',
    '  checkpoint 9: the log was restored from a backup that ends with checkpoint 4. Of what was signed after that backup, the log lacks 3 events: stream one, events 5 to 7. Recorded by ada at 2026-11-25T12:09:00.000Z, with the reason "the disk failed" (id)',
  ])
  const both = logSentences({ ...verification, intact: false, findings: [restore, gap], found: 2 })
  expect(both[0]).toBe('NOT what was recorded: 2 findings in 9 events in 1 stream.')
  const many = logSentences({ ...verification, intact: false, findings: [restore], found: 2 })
  expect(many[0]).toContain('NOT what was recorded')
})

const about = (copied: Verification['copied']) => logSentences({ ...verification, copied }).join('\n')

test('reports the last checkpoint with a copy, and the checkpoints without one', () => {
  expect(about(verification.copied)).toContain('  Copies: compared up to checkpoint 9 of 2026-11-25T12:09:00.000Z.')
  expect(about({ last: 3, at: '2026-11-25T12:03:00.000Z' })).toContain(
    'compared up to checkpoint 3 of 2026-11-25T12:03:00.000Z. NOT copied: checkpoints 4 to 9.',
  )
  expect(about(null)).toContain('Unanchored:')
})
