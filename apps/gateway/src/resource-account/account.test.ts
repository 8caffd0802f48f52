import { defaultLimits } from '@rack-gateway/config'
import { CallerSignal } from '@rack-gateway/rack-registry'
import { describe, expect, test } from 'vitest'
import { createResourceAccount } from './account.ts'
import type { Payer } from './payer.ts'

const payer = (name: string): Payer => ({ key: `principal ${name}`, isPrincipal: true, site: null })
const kibibyte = 1024

function startAccount(limits: Partial<typeof defaultLimits> = {}) {
  const memory = { isHigh: false }
  const account = createResourceAccount({ ...defaultLimits, ...limits }, { isReached: () => memory.isHigh })
  return { account, memory }
}

const waiting = (name: string) => ({ payer: payer(name), rack: null, signal: new CallerSignal() })

describe('calls of racks', () => {
  test('each rack and each kind of call has limits of its own, and the error names them', async () => {
    const { account } = startAccount({ callsPerPrincipal: 1, websocketsPerPrincipal: 1 })
    const staging = account.ofRack('staging', 'websockets')
    expect(staging.take(payer('ann'))).not.toBeNull()
    expect(staging.take(payer('ann'))).toBeNull()
    expect(account.ofRack('staging', 'calls').take(payer('ann'))).not.toBeNull()
    expect(account.ofRack('production', 'websockets').take(payer('ann'))).not.toBeNull()
    expect(account.ofRack('staging', 'websockets')).toBe(staging)
    await expect(staging.wait({ ...waiting('ann'), rack: 'staging' })).rejects.toMatchObject({
      code: 'RGW_TOO_MANY_CALLS',
      message: expect.stringContaining('You already have 1 WebSockets in progress on the rack staging'),
      retryAfter: 5,
    })
  })
})

describe('memory', () => {
  test('a principal gets a quarter of the memory for bodies, and a network without a credential a 64th', () => {
    const { account } = startAccount()
    const { bodies } = account
    const network: Payer = { key: 'network a', isPrincipal: false, site: null }
    expect(bodies.take(payer('ann'), 16 * kibibyte * kibibyte)).not.toBeNull()
    expect(bodies.take(payer('ann'), 1)).toBeNull()
    expect(bodies.take(network, kibibyte * kibibyte)).not.toBeNull()
    expect(bodies.take(network, 1)).toBeNull()
  })

  test('at the mark, large bodies, large responses, and children are refused at once, and small ones are not', async () => {
    const { account, memory } = startAccount()
    memory.isHigh = true
    const refused = { code: 'RGW_TOO_MANY_CALLS', rule: 'memory-limit', retryAfter: 5 }
    for (const [limit, amount] of [
      [account.bodies, 4 * 64 * kibibyte + 1],
      [account.responses, 64 * kibibyte + 1],
      [account.children, 1],
    ] as const) {
      expect(limit.take(payer('ann'), amount)).toBeNull()
      await expect(limit.wait(waiting('ann'), amount)).rejects.toMatchObject(refused)
    }
    expect(account.bodies.take(payer('ann'), 4 * 64 * kibibyte)).not.toBeNull()
    memory.isHigh = false
    expect(account.children.take(payer('ann'))).not.toBeNull()
  })
})

describe('readings of the audit log', () => {
  test.each([
    ['followers', 'followers of the audit log and of sessions', 10, 5],
    ['proofs', 'proofs', 2, 1],
  ] as const)('one caller gets half of the %s, and the rest are for others', (name, what, max, share) => {
    const limit = startAccount().account.readings[name]
    for (let slot = 0; slot < share; slot++) limit.acquire('ann')
    expect(() => limit.acquire('ann')).toThrow(
      expect.objectContaining({
        code: 'RGW_SEARCH_BUSY',
        statusCode: 429,
        message: expect.stringContaining(
          `You run as many ${what} as one caller can at this gateway (${share} of ${max}).`,
        ),
      }),
    )
    for (let slot = share; slot < max; slot++) limit.acquire(`caller ${slot}`)
    expect(() => limit.acquire('bob')).toThrow(`Too many ${what} are running at this gateway`)
  })

  test('a slot is freed once, for its caller and for all', () => {
    const { proofs } = startAccount().account.readings
    const release = proofs.acquire('ann')
    release()
    release()
    proofs.acquire('ann')
    expect(() => proofs.acquire('ann')).toThrow(/You run/)
    proofs.acquire('bob')
    expect(() => proofs.acquire('eve')).toThrow(/Too many/)
  })
})
