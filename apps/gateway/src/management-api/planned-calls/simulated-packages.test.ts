import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Allowed, Decision, Principal, RackCall } from '@rack-gateway/rbac-policy'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { simulatedPackages } from './simulated-packages.ts'

const principal = { name: 'ada@example.com' } as Principal
const call = { rack: 'staging' } as RackCall
const decision = { effect: 'allow', rule: 'role:admin' } as Allowed

/** Policy packages that decide with `simulate`. */
function packages(simulate: () => Promise<Decision>, loaded = 1) {
  return { loaded: Array(loaded).fill({}), simulation: () => simulate }
}

describe('a simulation of policy packages', () => {
  test('shares one deadline between all calls', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    const otherTimers = vi.getTimerCount()
    onTestFinished(() => void vi.useRealTimers())
    const simulate = simulatedPackages(
      packages(() => new Promise(() => undefined)),
      20,
    )
    for (const milliseconds of [20, 0, 0]) {
      const simulated = expect(simulate(principal, call, decision)).rejects.toMatchObject({
        code: 'RGW_PACKAGES_TOO_SLOW',
        statusCode: 503,
      })
      await nextTurn()
      await vi.advanceTimersByTimeAsync(milliseconds)
      expect(vi.getTimerCount()).toBe(otherTimers)
      await simulated
    }
  })

  test('lets real calls run between two simulated calls', async () => {
    const order: string[] = []
    const simulate = simulatedPackages(
      packages(async () => {
        order.push('simulated')
        return decision
      }),
    )
    const first = simulate(principal, call, decision)
    setImmediate(() => order.push('called'))
    await first
    await simulate(principal, call, decision)
    expect(order).toEqual(['simulated', 'called', 'simulated'])
  })

  test('is skipped without policy packages', async () => {
    const none = packages(() => Promise.reject(new Error('asked')), 0)
    expect(await simulatedPackages(none)(principal, call, decision)).toBe(decision)
  })
})
