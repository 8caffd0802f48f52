import type { Decision, Principal } from '@rack-gateway/rbac-policy'
import type { Allowed, PolicyPackages } from '@rack-gateway/rbac-policy/packages/host'
import { beforeEach, describe, expect, test } from 'vitest'
import type { LiveCall } from './live-call.ts'
import { createPackageReview, type PackageReview } from './package-review.ts'

type Reviewed = Awaited<ReturnType<PolicyPackages['review']>>

const fine: Reviewed = { objection: null, unclear: false }
const unclear: Reviewed = { objection: null, unclear: true }
const call = { rackCall: { at: 0 } } as LiveCall
const principal = {} as Principal
const decision = {} as Allowed
const seconds = 1_000

let now = 0
let response: Reviewed | Promise<Reviewed> = fine
let asked: string[] = []
let review: PackageReview

beforeEach(() => {
  now = 0
  response = fine
  asked = []
  const packages: Pick<PolicyPackages, 'loaded' | 'review'> = {
    loaded: [
      { entry: './a.mjs', version: null, sha256: '', policy: { name: 'a', timeoutMs: 10, evaluate: () => null } },
    ],
    async review({ call: { at } }, which) {
      asked.push(`${at / seconds} ${which}`)
      return response
    },
  }
  review = createPackageReview(packages as PolicyPackages, () => now)
})

async function at(second: number, of = call): Promise<string | null> {
  now = second * seconds
  return review(of, principal, decision)
}

describe('a review of calls in progress', () => {
  test('asks asynchronous packages about each call every 30 seconds', async () => {
    for (const second of [0, 1, 29, 30, 31, 59, 60]) await at(second)
    expect(asked).toEqual([
      '0 synchronous',
      '1 synchronous',
      '29 synchronous',
      '30 all',
      '31 synchronous',
      '59 synchronous',
      '60 all',
    ])
    await at(61, { ...call })
    expect(asked.at(-1)).toBe('61 synchronous')
  })

  test('ends a call for a denial, with the reason of the package', async () => {
    const objection = { effect: 'deny', reason: 'Frozen.', remedy: 'Wait.' } as Decision
    response = { objection, unclear: false }
    expect(await at(1)).toBe('Frozen. Wait.')
  })

  test('lets a call continue for a minute while a package fails, and no longer', async () => {
    response = unclear
    expect(await at(1)).toBeNull()
    expect(await at(60)).toBeNull()
    expect(await at(61)).toContain('A policy package has failed for a minute')
  })

  test('restarts the minute after a review without a failure', async () => {
    response = unclear
    await at(1)
    response = fine
    await at(31)
    response = unclear
    expect(await at(61)).toBeNull()
    expect(await at(121)).toContain('for a minute')
  })

  test('asks once at a time', async () => {
    let settle: (value: Reviewed) => void = () => undefined
    response = new Promise((resolve) => {
      settle = resolve
    })
    const first = at(1)
    expect(await at(2)).toBeNull()
    settle(fine)
    expect(await first).toBeNull()
    expect(asked).toHaveLength(1)
  })
})
