import { expect, test } from 'vitest'
import { createCostAccount } from './cost-account.ts'
import { workCosts } from './costs.ts'
import type { Payer } from './payer.ts'

const ann: Payer = { key: 'principal ann', isPrincipal: true, site: null }
const networkIn = (site: string, key: string): Payer => ({ key, isPrincipal: false, site })

function startAccount() {
  const clock = { time: 0 }
  return { clock, costs: createCostAccount(() => clock.time) }
}

test('a sum grows with each charge, and halves every second', () => {
  const { clock, costs } = startAccount()
  costs.charge(ann, 8)
  clock.time += 1_000
  costs.charge(ann, 4)
  expect(costs.sumOf(ann)).toBeCloseTo(8)
  clock.time += 3_000
  expect(costs.sumOf(ann)).toBeCloseTo(1)
})

test('the networks of a /56 share its sum, and principals do not', () => {
  const { costs } = startAccount()
  costs.charge(networkIn('site a', 'network 1'), 5)
  costs.charge(networkIn('site a', 'network 2'), 7)
  expect(costs.sumOf(networkIn('site a', 'network 3'))).toBeCloseTo(12)
  expect(costs.sumOf(networkIn('site b', 'network 4'))).toBe(0)
  expect(costs.sumOf(ann)).toBe(0)
})

test('measured work corrects the cost of the next work, for everybody', () => {
  const { clock, costs } = startAccount()
  for (let count = 0; count < 100; count++)
    costs.measure(networkIn('site a', 'network 1'), 'mask', 10, () => {
      clock.time += 10 * 4 * workCosts.mask
    })
  clock.time += 100_000
  costs.measure(ann, 'mask', 10, () => {})
  expect(costs.sumOf(ann)).toBeGreaterThan(10 * 3 * workCosts.mask)
})

test('one pause does not make later work expensive', () => {
  const { clock, costs } = startAccount()
  costs.measure(networkIn('site a', 'network 1'), 'mask', 1, () => {
    clock.time += 10_000
  })
  clock.time += 100_000
  costs.measure(ann, 'mask', 1, () => {})
  expect(costs.sumOf(ann)).toBeLessThan(2 * workCosts.mask)
})

test('work that throws is paid, too, and its result is passed on', () => {
  const { costs } = startAccount()
  expect(costs.measure(ann, 'parse', 100, () => 'parsed')).toBe('parsed')
  const paid = costs.sumOf(ann)
  const parse = () =>
    costs.measure(ann, 'parse', 100, () => {
      throw new Error('no JSON')
    })
  expect(parse).toThrow('no JSON')
  expect(costs.sumOf(ann)).toBeGreaterThan(paid)
})

test('costly requests rest after work that took long, but not after short work', () => {
  const { clock, costs } = startAccount()
  clock.time = 1_000
  costs.chargeMeasured(ann, 'mask', 1, 0.5)
  expect(costs.restUntil).toBeLessThanOrEqual(1_000)
  costs.chargeMeasured(ann, 'mask', 1, 20)
  expect(costs.restUntil).toBe(1_020)
  costs.chargeMeasured(ann, 'mask', 1, 9_000)
  expect(costs.restUntil).toBe(1_050)
})
