import type { CheckpointerState } from '@rack-gateway/audit'
import { expect, test } from 'vitest'
import { checkpointStatus } from './checkpoint-status.ts'

const state: CheckpointerState = {
  number: 9,
  age: 3_000,
  verified: 0,
  raisedAlarms: 0,
  openInconsistencies: { count: 2, last: null },
  unsigned: 0,
  missingKey: null,
  verifierFailed: false,
  destinations: [],
  deliveryFailures: 0,
}
const head = (index: number) => ({
  stream: `00000000-0000-7000-8000-${String(index).padStart(12, '0')}`,
  size: index,
  root: 'a'.repeat(64),
  state: 'open' as const,
})
const checkpoint = {
  number: 9,
  at: '2027-01-31T12:00:00.000Z',
  hash: 'b'.repeat(64),
  key: { name: 'k', id: '00000000', text: 'k+00000000+AQ==', bytes: new Uint8Array(32), verify: () => true },
  heads: Array.from({ length: 101 }, (_, index) => head(index)),
}

test('all events and streams of a checkpoint are counted, and its newest streams are listed', () => {
  const status = checkpointStatus({ checkpoint, waiting: 7 }, state, 3)
  expect(status).toMatchObject({ late: false, waiting: 7, alarms: 2, openAlarms: 5, copies: [] })
  expect(status.checkpoint).toMatchObject({ number: 9, key: 'k+00000000+AQ==', streams: 101, events: 5_050 })
  expect(status.checkpoint?.heads.map(({ size }) => size)).toEqual(
    Array.from({ length: 100 }, (_, index) => 100 - index),
  )
})

test('without a count of the other alarms, the rest of the status is known', () => {
  expect(checkpointStatus({ checkpoint, waiting: 7 }, state, null)).toMatchObject({
    checkpoint: { number: 9 },
    alarms: 2,
    openAlarms: null,
  })
})

test.each([
  [9, null, false, 'current'],
  [8, null, false, 'current'],
  [7, null, false, 'behind'],
  [9, 'connect ECONNREFUSED 10.0.0.9:443', false, 'failing'],
  [9, 'another checkpoint is stored', true, 'different'],
])(
  'a copy up to number %d with the problem %s is reported without the problem itself',
  (number, problem, differs, copy) => {
    const destinations = [{ destination: 's3://bucket', number, problem, differs }]
    const { copies } = checkpointStatus({ checkpoint, waiting: 0 }, { ...state, destinations }, 0)
    expect(copies).toEqual([{ place: 's3://bucket', number, state: copy }])
  },
)

test('before the first checkpoint, no checkpoint is late', () => {
  const status = checkpointStatus(
    { checkpoint: null, waiting: 1 },
    { ...state, number: 0, age: Number.POSITIVE_INFINITY },
    0,
  )
  expect(status).toMatchObject({ checkpoint: null, late: false, waiting: 1 })
  expect(checkpointStatus({ checkpoint, waiting: 1 }, { ...state, age: 90_001 }, 0).late).toBe(true)
})
