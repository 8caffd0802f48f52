import type { Allowed, Decision, Principal, RackCall } from '@rack-gateway/rbac-policy'
import { describe, expect, test, vi } from 'vitest'
import { simulatedPackages } from './simulated-packages.ts'

const principal = { name: 'ada@example.com' } as Principal
const call = { rack: 'staging' } as RackCall
const decision = { effect: 'allow', rule: 'role:admin' } as Allowed

/** Packages that answer as the test says, the first of which is made up. */
function packages(simulate: () => Promise<Decision>, loaded = 1) {
  return { loaded: Array(loaded).fill({}), simulation: () => simulate }
}

describe('packages that are asked about calls that nobody makes', () => {
  test('have as long as everybody waits, all together', async () => {
    const ask = simulatedPackages(
      packages(() => new Promise(() => undefined)),
      20,
    )
    const tooSlow = { code: 'RGW_PACKAGES_TOO_SLOW', statusCode: 503 }
    await expect(ask(principal, call, decision)).rejects.toMatchObject(tooSlow)
    const delays = vi.spyOn(globalThis, 'setTimeout')
    for (const _ of [1, 2]) await expect(ask(principal, call, decision)).rejects.toMatchObject(tooSlow)
    expect(delays.mock.calls.map(([, delay]) => delay)).toEqual([0, 0])
  })

  test('let what is really called come between two questions', async () => {
    const order: string[] = []
    const ask = simulatedPackages(
      packages(async () => {
        order.push('simulated')
        return decision
      }),
    )
    const first = ask(principal, call, decision)
    setImmediate(() => order.push('called'))
    await first
    await ask(principal, call, decision)
    expect(order).toEqual(['simulated', 'called', 'simulated'])
  })

  test('cost nothing where there are none', async () => {
    const none = packages(() => Promise.reject(new Error('asked')), 0)
    expect(await simulatedPackages(none)(principal, call, decision)).toBe(decision)
  })
})
