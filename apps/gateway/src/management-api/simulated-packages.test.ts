import type { Allowed, Decision, Principal, RackCall } from '@rack-gateway/rbac-policy'
import { describe, expect, test, vi } from 'vitest'
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
    const simulate = simulatedPackages(
      packages(() => new Promise(() => undefined)),
      20,
    )
    const tooSlow = { code: 'RGW_PACKAGES_TOO_SLOW', statusCode: 503 }
    await expect(simulate(principal, call, decision)).rejects.toMatchObject(tooSlow)
    const delays = vi.spyOn(globalThis, 'setTimeout')
    for (const _ of [1, 2]) await expect(simulate(principal, call, decision)).rejects.toMatchObject(tooSlow)
    expect(delays.mock.calls.map(([, delay]) => delay)).toEqual([0, 0])
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
