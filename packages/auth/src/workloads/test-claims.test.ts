import type { TrustCondition } from '@rack-gateway/gateway-api'
import fc from 'fast-check'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isDenial } from '../errors/denial.ts'
import { createRevision } from '../revision/revision.ts'
import { decodeJwt, readJwt } from './jwt.ts'
import { testClaims } from './test-claims.ts'
import { lendKeyPairs } from './testing/lend-key-pairs.ts'
import type { Trust } from './trust.ts'
import { createTrustCache } from './trust-cache.ts'
import { createJwtVerifier, workloadOf } from './verify.ts'

const audience = 'https://gateway.example.com'
const issuer = 'https://ci.example.com'
const now = Date.UTC(2026, 0, 2, 3, 4, 5)
const seconds = now / 1000
const clock = { now: () => now }

const keyPairs = lendKeyPairs('ES256')
let keyPair: Awaited<ReturnType<typeof keyPairs.take>>
beforeAll(async () => {
  keyPair = await keyPairs.take()
})
afterAll(() => keyPairs.takeBack())

const usual = { iss: issuer, sub: 'job', aud: audience, iat: seconds, exp: seconds + 300, repository_id: '74' }

function trust(change: Partial<Trust> = {}): Trust {
  const conditions = [{ claim: 'repository_id', equals: '74' }]
  return { id: 'id', name: 'deploys', issuer, audience, conditions, maxAge: 3_600, ...change }
}

/** The name of the trust that admits a job with a validly signed token, by the code of the exchange; null if none does. */
async function admittedBy(trusts: readonly Trust[], token: string, wanted: string | null): Promise<string | null> {
  const jwt = readJwt(token, audience, now)
  if (isDenial(jwt)) return null
  const revision = createRevision(clock)
  revision.update('1', now)
  const verify = createJwtVerifier({
    trusts: createTrustCache(async () => trusts, revision, 60_000),
    keys: { find: async () => keyPair.publicKey, keep: () => undefined },
    audience,
  })
  const verified = await verify(jwt)
  if (isDenial(verified)) return null
  const workload = workloadOf(verified, wanted)
  return isDenial(workload) ? null : workload.trust.name
}

async function sign(claims: Record<string, unknown>, header: Record<string, unknown> = {}): Promise<string> {
  const protectedHeader = { alg: 'ES256', kid: 'key', typ: 'JWT', ...header }
  return new SignJWT(claims).setProtectedHeader(protectedHeader).sign(keyPair.privateKey)
}

function run(claims: Record<string, unknown>, trusts: readonly Trust[] = [trust()]) {
  return testClaims({ claims, header: null }, { trusts, audience, now })
}

describe('the tester and the exchange', () => {
  const claimValue = fc.constantFrom<unknown>('74', 74, true, '', 'refs/heads/main', 'refs/tags/v/1', null, [], {})
  const wantedValue = fc.constantFrom<string | number | boolean>('74', 74, true, 'refs/heads/main')
  const claim = fc.constantFrom('ref', 'repository_id', '__proto__', 'toString')
  const condition: fc.Arbitrary<TrustCondition> = fc.oneof(
    fc.record({ claim, equals: wantedValue }),
    fc.record({ claim, oneOf: fc.array(wantedValue, { minLength: 1, maxLength: 3 }) }),
    fc.record({ claim, pattern: fc.constantFrom('*', 'refs/*/main', 'refs/*', '7*') }),
    fc.record({ claim, empty: fc.constant(true as const) }),
  )
  const trusts = fc
    .array(
      fc.record({
        issuer: fc.constantFrom(issuer, issuer, issuer, `${issuer}/`),
        audience: fc.constantFrom(audience, audience, audience, 'https://before.example.com'),
        conditions: fc.oneof(fc.array(condition, { maxLength: 2 }), fc.tuple(condition)),
      }),
      { minLength: 1, maxLength: 3 },
    )
    .map((all) => all.map((one, at) => trust({ ...one, id: `id-${at}`, name: `trust-${at}` })))
  const claims = fc.record(
    {
      ref: claimValue,
      repository_id: claimValue,
      iss: fc.constantFrom<unknown>(issuer, issuer, `${issuer}/`, 7),
      aud: fc.constantFrom<unknown>(audience, [audience], [audience, audience], 'https://other.example.com', null),
      iat: fc.constantFrom<unknown>(seconds, seconds + 31, seconds - 90_000, '1'),
      nbf: fc.constantFrom<unknown>(seconds, seconds + 30, seconds + 31),
      exp: fc.constantFrom<unknown>(seconds + 300, seconds, 1e12),
      sub: fc.constantFrom<unknown>('job', ''),
    },
    { requiredKeys: [] },
  )
  const header = fc.constantFrom({}, {}, {}, { typ: 'at+jwt' }, { kid: '' }, { kid: 7 })

  /** Random claims meet few conditions, so every second job has those that the first trust wants. */
  function fitting([first]: readonly Trust[]): Record<string, unknown> {
    const wanted = (first?.conditions ?? []).map((one) => {
      if ('equals' in one) return [one.claim, one.equals]
      if ('oneOf' in one) return [one.claim, one.oneOf[0]]
      return [one.claim, 'empty' in one ? '' : one.pattern.replace('*', 'x')]
    })
    return Object.fromEntries(wanted)
  }

  test('never disagree', async () => {
    let admissions = 0
    await fc.assert(
      fc.asyncProperty(trusts, claims, header, fc.boolean(), async (all, changes, headerChange, fits) => {
        const given = JSON.parse(JSON.stringify({ ...usual, ...(fits ? fitting(all) : changes) }))
        const token = await sign(given, headerChange)
        const decoded = decodeJwt(token)
        if (decoded === null) throw new Error('the token is a JWT')
        const tested = testClaims(decoded, { trusts: all, audience, now })
        const admitting = await admittedBy(all, token, null)
        expect([tested.admitted, tested.trust?.name ?? null]).toEqual([admitting !== null, admitting])
        if (admitting !== null) admissions += 1
        const isSound = tested.checks.every(({ passed }) => passed)
        for (const { name, matches } of tested.trusts)
          expect(isSound && matches).toBe((await admittedBy(all, token, name)) === name)
      }),
    )
    expect(admissions).toBeGreaterThan(0)
  })
})

test('says what a condition expects, what was found, and why they differ', () => {
  const conditions: TrustCondition[] = [
    { claim: 'repository_id', equals: '74' },
    { claim: 'event_name', oneOf: ['push', 'release'] },
    { claim: 'ref', pattern: 'refs/heads/*' },
    { claim: 'head_ref', empty: true },
    { claim: 'actor', equals: 'ada' },
  ]
  const claims = { ...usual, repository_id: 74, event_name: 'push', ref: 'refs/heads/fix/it', head_ref: 'x' }
  const [tested] = run(claims, [trust({ conditions })]).trusts
  expect(tested?.conditions.map(({ met, expected, found, text }) => [met, expected, found, text])).toEqual([
    [
      false,
      'must be "74"',
      '74',
      'repository_id is 74, and it must be "74". Text, numbers, and booleans are never equal.',
    ],
    [true, 'must be one of "push", "release"', '"push"', 'event_name is "push", as required.'],
    [
      false,
      'must match "refs/heads/*"',
      '"refs/heads/fix/it"',
      'ref is "refs/heads/fix/it", and it must match "refs/heads/*". In a pattern, * matches neither / nor :.',
    ],
    [false, 'must be empty', '"x"', 'head_ref is "x", and it must be empty.'],
    [false, 'must be "ada"', null, 'There is no claim actor, and it must be "ada".'],
  ])
})

test('names the check that fails, with what was found', () => {
  const failed = (changes: Record<string, unknown>) => {
    const { admitted, text, checks } = run({ ...usual, ...changes })
    const found = checks.filter(({ passed }) => !passed)
    expect([admitted, text]).toEqual([false, `No trust admits this job. ${found[0]?.text}`])
    return found.map(({ check }) => check)
  }
  expect(failed({ aud: 'https://other.example.com' })).toEqual(['audience'])
  expect(run({ ...usual, aud: ['a', 'b'] }).text).toContain('The claim aud is ["a","b"].')
  expect(failed({ exp: seconds })).toEqual(['expiry'])
  expect(failed({ nbf: seconds + 60 })).toEqual(['start'])
  expect(failed({ iat: seconds - 90_000 })).toEqual(['lifetime'])
  expect(failed({ iss: 'https://ci.example.org' })).toEqual(['issuer'])
  expect(failed({ exp: undefined })).toEqual(['claims'])
  expect(failed({ iss: 7 })).toEqual(['claims', 'issuer'])
})

test('lists the trusts that match best first, and at most 50', () => {
  const all = Array.from({ length: 60 }, (_, at) =>
    trust({ id: `${at}`, name: `other-${at}`, issuer: `${issuer}/${at}` }),
  )
  const near = trust({ id: 'near', name: 'near', conditions: [{ claim: 'ref', equals: 'x' }] })
  const { trusts, more } = run(usual, [...all, near, trust()])
  expect([trusts.length, more, trusts.slice(0, 2).map(({ name }) => name)]).toEqual([50, 12, ['deploys', 'near']])
})

test('shows hostile claims in a short and visible form', () => {
  const value = `\u001b[2J\u202e\u2028${'x'.repeat(10_000)}`
  const { trusts } = run({ ...usual, repository_id: value })
  const found = trusts[0]?.conditions[0]?.found ?? ''
  expect(found).toMatch(/^"\\u001b\[2J\\u\{202e\}\\u\{2028\}x+…$/)
  expect(found.length).toBeLessThan(510)
  expect(JSON.stringify(trusts)).not.toMatch(/[\u0000-\u001f\u202e\u2028]/)
})
