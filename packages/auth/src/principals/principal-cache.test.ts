import type { Principal } from '@rack-gateway/rbac-policy'
import { expect, test } from 'vitest'
import { isDenial, unknownToken } from '../errors/denial.ts'
import { apiToken, binding, now, session, user } from '../testing/records.ts'
import { createPrincipalCache, type PrincipalCache } from './principal-cache.ts'
import { type CredentialRecord, principalOf } from './principals.ts'

const mebibyte = 1_024 * 1_024
/** New strings at each call, as a database driver returns them. */
const groups = (count: number, of = '') =>
  Array.from({ length: count }, (_, at) => Buffer.from(`${of}${at}`.padEnd(256, 'x')).toString('latin1'))

async function addRecord(cache: PrincipalCache, key: string, record: CredentialRecord): Promise<Principal> {
  const response = principalOf(cache.shareValues(record), now)
  if (isDenial(response)) throw new Error('the record has no principal')
  const lookUp = Promise.resolve(response)
  cache.setPending(key, lookUp)
  cache.setResult(key, lookUp, response)
  return response
}

const sessionOf = (person: string, of: readonly string[]) =>
  session({ id: `session of ${person}`, user: user({ id: person, groups: of }) })

test('the sessions of one user share one list, which counts once', async () => {
  const cache = createPrincipalCache({ capacity: 1_000, maxBytes: 4 * mebibyte })
  const kept: Principal[] = []
  for (let at = 0; at < 60; at++) kept.push(await addRecord(cache, `key ${at}`, sessionOf('ann', groups(5_000))))
  expect(cache.size()).toBe(60)
  expect(new Set(kept.map((one) => one.groups)).size).toBe(1)
  expect(kept[0]?.groups).toEqual(groups(5_000))
  expect(Object.isFrozen(kept[0]?.groups)).toBe(true)
})

test('a user whose groups changed has the new groups', async () => {
  const cache = createPrincipalCache({ capacity: 1_000, maxBytes: 64 * mebibyte })
  await addRecord(cache, 'one', sessionOf('ann', ['a', 'b']))
  for (const now of [['a'], ['b', 'a'], ['a', 'b', 'c'], []])
    expect((await addRecord(cache, 'other', sessionOf('ann', now))).groups).toEqual(now)
})

test('equal names and patterns share one text', async () => {
  const cache = createPrincipalCache({ capacity: 1_000, maxBytes: mebibyte / 2 })
  const records = Array.from({ length: 100 }, (_, at) => sessionOf(`person ${at}`, groups(30)))
  for (const [at, record] of records.entries()) await addRecord(cache, `key ${at}`, record)
  // 100 lists of 30 names of 256 characters would take 800 KiB alone.
  expect(cache.size()).toBe(100)
})

test.each([
  ['groups that nobody else is in', (at: number) => sessionOf(`person ${at}`, groups(1_000, `of ${at} `))],
  [
    'a long list of permissions',
    (at: number) => apiToken({ id: `token ${at}`, bindings: [binding({ permissions: groups(100) })] }),
  ],
  [
    'many bindings',
    (at: number) =>
      session({ id: `session ${at}`, user: user({ bindings: Array.from({ length: 500 }, () => binding()) }) }),
  ],
  [
    'grants of many racks',
    (at: number) =>
      session({
        id: `session ${at}`,
        grants: Array.from({ length: 10 }, (_, index) => ({
          id: `grant ${index}`,
          rule: 'deploy',
          role: 'deployer',
          racks: groups(20, `of ${at} `),
          apps: groups(20, `of ${at} `),
          startsAt: 0,
          expiresAt: Number.MAX_SAFE_INTEGER,
          startsWithUse: false,
        })),
      }),
  ],
])('%s evict the least recently used, so that the cache stays within its bytes', async (_, record) => {
  const cache = createPrincipalCache({ capacity: 100_000, maxBytes: 2 * mebibyte })
  for (let at = 0; at < 120; at++) {
    await addRecord(cache, `key ${at}`, record(at))
    cache.get('key 0')
  }
  expect(cache.size()).toBeLessThan(100)
  expect([cache.get('key 0') !== undefined, cache.get('key 1')]).toEqual([true, undefined])
})

test('a deleted entry frees its memory: as many fit again', async () => {
  const cache = createPrincipalCache({ capacity: 100_000, maxBytes: 4 * mebibyte })
  const fill = async () => {
    for (let at = 0; at < 100; at++) await addRecord(cache, `key ${at}`, sessionOf(`person ${at}`, groups(40)))
    return cache.size()
  }
  const first = await fill()
  for (let round = 0; round < 60; round++) {
    for (let at = 0; at < 100; at++) cache.delete(`key ${at}`)
    expect([cache.size(), await fill()]).toEqual([0, first])
  }
})

test('a lookup that is deleted while it runs is not cached, and uses no memory', () => {
  const cache = createPrincipalCache({ capacity: 2, maxBytes: mebibyte })
  const lookUps = ['a', 'b', 'c'].map((key) => {
    const lookUp = Promise.resolve(unknownToken)
    cache.setPending(key, lookUp)
    return [key, lookUp] as const
  })
  for (const [key, lookUp] of lookUps) cache.setResult(key, lookUp, unknownToken)
  expect(['a', 'b', 'c'].map((key) => cache.get(key))).toEqual([undefined, unknownToken, unknownToken])
})
