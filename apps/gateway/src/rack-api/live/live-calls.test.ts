import type { Identities, VerifiedToken } from '@rack-gateway/auth'
import type { DecidingGrant, Decision, Grant, Policy, Principal, RackCall } from '@rack-gateway/rbac-policy'
import type { PolicyPackages } from '@rack-gateway/rbac-policy/packages/host'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { ExplainGrantEnd } from './grant-endings.ts'
import type { ListedCall } from './listed-call.ts'
import type { LiveCall } from './live-call.ts'
import { createLiveCalls, type LiveCalls } from './live-calls.ts'

const second = 1_000
const minute = 60 * second
const twoOClock = Date.UTC(2026, 11, 3, 14)
const allowed = { effect: 'allow', rule: 'r', source: 's', reason: 'Yes.' } as Decision
const denied = { effect: 'deny', rule: 'no-permission', source: 's', reason: 'No.', remedy: 'Ask.' } as Decision

/** What a test sets. */
let grants: Grant[]
let hasBinding: boolean
let isLocked: boolean
let response: (principal: Principal) => Promise<Principal>
let narrow: ((principal: Principal) => Promise<Decision>) | null
let explainGrantEnd: ExplainGrantEnd
let accepts: boolean

/** What a test checks. */
let notices: string[]
let ended: string[]
let changes: [string | null, string | null][]
let listed: (string | null)[]
let errors: unknown[]

let liveCalls: LiveCalls
let notifyChange: () => void

beforeEach(() => {
  vi.useFakeTimers({ now: twoOClock - 60 * minute })
  grants = []
  hasBinding = false
  isLocked = false
  response = async (principal) => principal
  narrow = null
  explainGrantEnd = async () => null
  accepts = true
  notices = []
  ended = []
  changes = []
  listed = []
  errors = []
})
afterEach(() => {
  liveCalls.stop()
  vi.useRealTimers()
})

const grant = (id: string, startsAt: number, expiresAt: number, startsWithUse = false): Grant => ({
  id,
  rule: 'rule',
  role: 'role',
  racks: ['*'],
  apps: ['*'],
  startsAt,
  expiresAt,
  startsWithUse,
})
const decidingGrant = ({ id, expiresAt, startsWithUse }: Grant): DecidingGrant => ({ id, expiresAt, startsWithUse })

/** As the engine: bindings first, then the live grant that ends first. */
function decide(principal: Principal, { at }: Pick<RackCall, 'at'>): Decision {
  if (hasBinding) return allowed
  const [first] = (principal.grants ?? [])
    .filter(({ startsAt, expiresAt }) => startsAt <= at && at < expiresAt)
    .sort((one, other) => one.expiresAt - other.expiresAt)
  return first === undefined ? denied : { ...allowed, grant: decidingGrant(first) }
}

function start(own: Grant | null, call: Partial<LiveCall> = {}): LiveCall {
  const narrowed = narrow
  liveCalls = createLiveCalls({
    identities: {
      findPrincipal: async () =>
        isLocked
          ? { rule: 'locked-user', reason: 'Your account is locked.', remedy: 'Ask.' }
          : response({ grants: [...grants] } as unknown as Principal),
      onChange(listener: () => void) {
        notifyChange = listener
        return () => undefined
      },
    } as unknown as Identities,
    policy: { decide } as unknown as Policy,
    packages: {
      loaded: narrowed === null ? [] : [{}],
      review: async () => ({ objection: null, unclear: false }),
      narrow: ({ principal }: { principal: Principal }) => narrowed?.(principal),
    } as unknown as PolicyPackages,
    listing: { add: (one) => void listed.push(one.grant), remove: () => undefined },
    endings: { add: () => () => undefined },
    explainGrantEnd: (one) => explainGrantEnd(one),
    now: Date.now,
    onError: (error) => void errors.push(error),
  })
  const live: LiveCall = {
    credential: {} as VerifiedToken,
    rackCall: { at: 0 } as RackCall,
    isObserved: false,
    kind: 'websocket',
    listed: { id: 'call', grant: own?.id ?? null } as ListedCall,
    grant: own && decidingGrant(own),
    endsWithGrant: false,
    notify(text) {
      if (accepts) notices.push(text)
      return accepts
    },
    onGrantChange: (decision, previous) => void changes.push([previous?.id ?? null, decision.grant?.id ?? null]),
    end: (reason) => void ended.push(reason),
    ping: () => undefined,
    ...call,
  }
  const remove = liveCalls.add({
    ...live,
    end(reason) {
      live.end(reason)
      remove()
    },
  })
  return live
}

const passUntil = (at: number) => vi.advanceTimersByTimeAsync(at - Date.now())

describe('notices before the end of a grant', () => {
  test('a session gets one notice five minutes before the end, and one a minute before', async () => {
    const own = grant('g1', 0, twoOClock)
    grants = [own]
    start(own)
    await passUntil(twoOClock - 5 * minute - 1)
    expect(notices).toEqual([])
    await passUntil(twoOClock - 5 * minute + second)
    expect(notices).toEqual([
      '\r\nrack-gateway: your access (request g1) ends in 5 minutes, at 14:00 UTC. To extend it: rack-gateway request --extend g1\r\n',
    ])
    for (let count = 0; count < 100; count++) notifyChange()
    await passUntil(twoOClock - minute - second)
    expect(notices).toHaveLength(1)
    await passUntil(twoOClock - 1)
    expect(notices).toHaveLength(2)
    expect(notices[1]).toContain('(request g1) ends in 1 minute, at 14:00 UTC.')
    expect([ended, changes, errors]).toEqual([[], [], []])
  })

  test.each([
    [6 * minute, 0, 'nothing'],
    [5 * minute, 1, '5 minutes'],
    [2.5 * minute, 1, '3 minutes'],
    [0.5 * minute, 1, '1 minute'],
  ])('a session that starts %d ms before the end gets %d notices at once: %s', async (left, count, words) => {
    const own = grant('g1', 0, Date.now() + left)
    grants = [own]
    start(own)
    await vi.advanceTimersByTimeAsync(0)
    expect(notices).toHaveLength(count)
    if (count > 0) expect(notices[0]).toContain(` ends in ${words}, at `)
    await vi.advanceTimersByTimeAsync(left - 1)
    expect(notices).toHaveLength(left > 5 * minute ? 2 : left > minute ? 2 : 1)
  })

  test('a notice that the connection cannot take is sent as soon as it can', async () => {
    const own = grant('g1', 0, twoOClock)
    grants = [own]
    accepts = false
    start(own)
    await passUntil(twoOClock - 4.5 * minute)
    accepts = true
    await vi.advanceTimersByTimeAsync(second)
    expect(notices).toHaveLength(1)
    expect(notices[0]).toContain('ends in 5 minutes')
  })

  test('a session whose bindings or next grant allow it after the end gets no notice', async () => {
    const own = grant('g1', 0, twoOClock)
    grants = [own, grant('g2', twoOClock, twoOClock + 60 * minute)]
    start(own)
    await passUntil(twoOClock - 1)
    expect(notices).toEqual([])
  })

  test('a call without a terminal, and one without a grant, get no notice', async () => {
    const own = grant('g1', 0, twoOClock)
    grants = [own]
    start(own, { notify: null })
    await passUntil(twoOClock - second)
    expect([notices, errors]).toEqual([[], []])
  })

  test('a session under a grant that its use starts gets its notices before the end of the started grant', async () => {
    const unstarted = grant('g1', 0, Date.now() + minute, true)
    grants = [unstarted]
    start(unstarted)
    await vi.advanceTimersByTimeAsync(second)
    expect(notices).toEqual([])
    grants = [grant('g1', 0, twoOClock)]
    await passUntil(twoOClock - 5 * minute + second)
    expect(notices).toHaveLength(1)
    expect([ended, changes]).toEqual([[], []])
  })
})

describe('the end of a grant', () => {
  test('ends the call at the boundary, with the reason', async () => {
    const own = grant('g1', 0, twoOClock)
    grants = [own]
    explainGrantEnd = async ({ id }) => `The request ${id} ended.`
    start(own)
    await passUntil(twoOClock - 1)
    expect(ended).toEqual([])
    await passUntil(twoOClock + 5)
    expect(ended).toEqual(['The request g1 ended.'])
  })

  test.each([0, 1, 350, 999])('ends a call at once that was opened at any part of a second (%d ms)', async (part) => {
    const own = grant('g1', 0, twoOClock)
    grants = [own]
    await passUntil(twoOClock - 10 * second - part)
    start(own)
    await passUntil(twoOClock + 5)
    expect(ended).toHaveLength(1)
  })

  test('a revocation ends the call once, with its reason', async () => {
    const own = grant('g1', 0, twoOClock)
    grants = [own]
    let lookups = 0
    explainGrantEnd = async () => {
      lookups += 1
      await new Promise((resolve) => setTimeout(resolve, 400))
      return 'Revoked.'
    }
    start(own)
    await vi.advanceTimersByTimeAsync(0)
    grants = []
    for (let count = 0; count < 10; count++) notifyChange()
    await vi.advanceTimersByTimeAsync(400)
    expect([ended, lookups]).toEqual([['Revoked.'], 1])
  })

  test('without a reason, the call ends with the denial', async () => {
    const own = grant('g1', 0, twoOClock)
    grants = [own]
    start(own)
    grants = []
    notifyChange()
    await vi.advanceTimersByTimeAsync(0)
    expect(ended).toEqual(['No. Ask.'])
  })

  test('the call ends within a second if the lookup of its principal hangs', async () => {
    const own = grant('g1', 0, twoOClock)
    grants = [own]
    explainGrantEnd = async () => 'Ended.'
    start(own)
    await passUntil(twoOClock - minute)
    response = () => new Promise(() => undefined)
    await passUntil(twoOClock - 1)
    expect(ended).toEqual([])
    await passUntil(twoOClock + second)
    expect(ended).toEqual(['Ended.'])
  })

  test('a call continues under another grant, which is recorded once', async () => {
    const own = grant('g1', 0, twoOClock)
    grants = [own, grant('g2', twoOClock - minute, twoOClock + 60 * minute)]
    start(own)
    await passUntil(twoOClock + 30 * minute)
    expect([ended, changes, listed]).toEqual([[], [['g1', 'g2']], ['g1', 'g2']])
    expect(notices).toEqual([])
    await passUntil(twoOClock + 59.5 * minute)
    expect(notices).toHaveLength(2)
    expect(notices.join()).not.toContain('g1')
    await passUntil(twoOClock + 60 * minute + 5)
    expect(ended).toHaveLength(1)
  })

  test('a call continues by bindings alone', async () => {
    const own = grant('g1', 0, twoOClock)
    grants = [own]
    start(own)
    await vi.advanceTimersByTimeAsync(second)
    hasBinding = true
    await passUntil(twoOClock + minute)
    expect([ended, changes, notices, listed]).toEqual([[], [['g1', null]], [], ['g1', null]])
  })

  test('a call never continues under a grant that was not started', async () => {
    const own = grant('g1', 0, twoOClock)
    grants = [own, grant('g2', 0, twoOClock - minute, true), grant('g3', 0, twoOClock + 60 * minute, true)]
    start(own)
    await passUntil(twoOClock - second)
    expect([ended, changes]).toEqual([[], []])
    await passUntil(twoOClock + 5)
    expect([ended, changes]).toEqual([['No. Ask.'], []])
  })

  test('a response that shows values of a grant ends with the grant, although bindings allow the call', async () => {
    const own = grant('g1', 0, twoOClock)
    grants = [own]
    hasBinding = true
    start(own, { kind: 'transfer', endsWithGrant: true })
    await passUntil(twoOClock - 1)
    expect([ended, changes]).toEqual([[], []])
    await passUntil(twoOClock + 5)
    expect(ended).toHaveLength(1)
  })

  test('a lost session ends with its own reason', async () => {
    const own = grant('g1', 0, twoOClock)
    grants = [own]
    start(own)
    await vi.advanceTimersByTimeAsync(second)
    isLocked = true
    notifyChange()
    await vi.advanceTimersByTimeAsync(0)
    expect(ended).toEqual(['Your account is locked. Ask.'])
  })
})

describe('a grant that satisfies a policy package', () => {
  const needsApproval = { ...denied, effect: 'require', reason: 'Needs approval.', requirement: 'approval' } as Decision

  beforeEach(() => {
    hasBinding = true
    narrow = async () => needsApproval
  })

  test('ends the call, although bindings give the permission', async () => {
    const own = grant('g1', 0, twoOClock)
    grants = [own]
    start(own)
    await passUntil(twoOClock - 1)
    expect([ended, changes]).toEqual([[], []])
    expect(notices).toHaveLength(2)
    await passUntil(twoOClock + 5)
    expect(ended).toEqual(['Needs approval. Ask.'])
  })

  test('and that is revoked ends the call', async () => {
    const own = grant('g1', 0, twoOClock)
    grants = [own]
    start(own)
    await vi.advanceTimersByTimeAsync(second)
    grants = []
    notifyChange()
    await vi.advanceTimersByTimeAsync(0)
    expect(ended).toEqual(['Needs approval. Ask.'])
  })

  test('is replaced by another grant that satisfies it', async () => {
    const own = grant('g1', 0, twoOClock)
    const next = grant('g2', 0, twoOClock + 60 * minute)
    grants = [own, next]
    narrow = async (principal) =>
      principal.grants?.some(({ id }) => id === 'g2')
        ? ({ ...allowed, grant: decidingGrant(next) } as Decision)
        : needsApproval
    start(own)
    await passUntil(twoOClock + 30 * minute)
    expect([ended, changes]).toEqual([[], [['g1', 'g2']]])
    await passUntil(twoOClock + 60 * minute + 5)
    expect(ended).toHaveLength(0)
    grants = []
    notifyChange()
    await vi.advanceTimersByTimeAsync(0)
    expect(ended).toEqual(['Needs approval. Ask.'])
  })

  test('ends the call within a second if a package hangs', async () => {
    const own = grant('g1', 0, twoOClock)
    grants = [own]
    narrow = () => new Promise(() => undefined)
    start(own)
    await passUntil(twoOClock + second)
    expect(ended).toEqual([
      'The policy packages did not decide in time whether the call can continue. Run the command again.',
    ])
  })
})
