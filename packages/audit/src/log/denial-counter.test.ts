import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addressBlock } from '../events/address-block.ts'
import type { EventDraft } from '../events/event.ts'
import { createDenialCounter } from './denial-counter.ts'

function table(options: { keys?: number; failures?: number } = {}) {
  const written: EventDraft[] = []
  let failures = options.failures ?? 0
  let now = 1_000
  const refusals = createDenialCounter({
    async record(draft) {
      if (failures-- > 0) throw new Error('unavailable')
      written.push(draft)
    },
    clock: { now: () => now++ },
    keys: options.keys ?? 1_024,
    interval: 3_600_000,
  })
  return { ...refusals, written, pending: () => refusals.pending }
}

const refusal = {
  address: '203.0.113.9',
  rule: 'unknown-token',
  reason: 'The credential is not known.',
  remedy: 'Log in.',
}

test('a flood from one network becomes one event with its count', async () => {
  const { count, flush, stop, written } = table()
  for (let index = 0; index < 10_000; index++) count({ ...refusal, address: `203.0.113.${index % 256}` })
  await flush()
  stop()
  expect(written).toEqual([
    {
      kind: 'refused',
      source: { address: '203.0.113.0/24' },
      decision: {
        effect: 'deny',
        rule: refusal.rule,
        source: 'gateway',
        reason: refusal.reason,
        next: refusal.remedy,
      },
      count: 10_000,
      durationMs: 9_999,
    },
  ])
})

test('more networks than the table has rows are counted together, and every denial is counted', async () => {
  const { count, flush, stop, written } = table({ keys: 16 })
  for (let index = 0; index < 5_000; index++) count({ ...refusal, address: `10.${index >> 8}.${index & 255}.1` })
  await flush()
  stop()
  expect(written).toHaveLength(17)
  expect(written.reduce((sum, draft) => sum + (draft.count ?? 0), 0)).toBe(5_000)
  expect(written.at(-1)).toMatchObject({ source: { address: 'other' }, count: 4_984 })
})

test('denials of any number of networks stay within the budget, name the most frequent ones, and count every denial', async () => {
  const written: EventDraft[] = []
  let now = 0
  const refusals = createDenialCounter({
    record: async (draft) => void written.push(draft),
    clock: { now: () => now },
    interval: 3_600_000,
    budget: { burst: 20, perSecond: 2 },
  })
  for (let second = 1; second <= 60; second++) {
    now = second * 1_000
    for (let block = 0; block < 500; block++)
      refusals.count({ ...refusal, address: `10.${block >> 8}.${block & 255}.1` })
    refusals.count({ ...refusal, address: '10.1.200.1' })
    await refusals.flush()
  }
  refusals.stop()
  const named = written.filter(({ source }) => source?.address !== 'other')
  expect(named.length).toBeLessThanOrEqual(20 + 2 * 60)
  expect(written.length - named.length).toBeLessThanOrEqual(60)
  expect(named.filter(({ source }) => source?.address === '10.1.200.0/24').length).toBeGreaterThanOrEqual(59)
  expect(written.reduce((sum, draft) => sum + (draft.count ?? 0), 0)).toBe(60 * 501)
})

test('counts that could not be recorded are recorded later, with newer ones', async () => {
  const { count, flush, stop, written, pending } = table({ failures: 1 })
  count(refusal)
  count(refusal)
  await flush()
  expect(written).toHaveLength(0)
  count(refusal)
  expect(pending()).toBe(3)
  await flush()
  stop()
  expect(written).toEqual([expect.objectContaining({ count: 3 })])
})

test('flushing an empty table records no event', async () => {
  const { flush, written } = table()
  await flush()
  expect(written).toHaveLength(0)
})

test.each([
  ['203.0.113.77', '203.0.113.0/24'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['::', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::ffff:203.0.113.9', '203.0.113.0/24'],
  ['::FFFF:cb00:7109', '203.0.113.0/24'],
  ['64:ff9b::203.0.113.9', '64:ff9b:0:0::/64'],
  ['2001:DB8:0001:0002::', '2001:db8:1:2::/64'],
  ['', 'unknown'],
  ['203.0.113.256', 'unknown'],
  ['a'.repeat(10_000), 'unknown'],
  ['1.2.3.4, 5.6.7.8', 'unknown'],
])('the network of %s is %s', (address, block) => {
  expect(addressBlock(address)).toBe(block)
})

test('upper and lower case of an IPv6 address give the same network', () => {
  fc.assert(
    fc.property(fc.ipV6(), (address) => {
      expect(addressBlock(address.toUpperCase())).toBe(addressBlock(address))
      expect(addressBlock(address)).not.toBe('unknown')
    }),
  )
})
