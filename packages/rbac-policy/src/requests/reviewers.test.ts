import { describe, expect, test } from 'vitest'
import type { RequestRule } from '../policy-document/policy-document.ts'
import { now } from '../testing/calls.ts'
import { requestRule } from '../testing/request-rules.ts'
import { type ReviewerBinding, type ReviewerCandidate, reviewersFor } from './reviewers.ts'

const requester = { id: 'ada', email: 'ada@example.com', subject: 'sub-ada' }
const request = { racks: ['staging'], apps: ['web', 'api'] }

function candidate(change: Partial<ReviewerCandidate> = {}): ReviewerCandidate {
  return {
    id: 'ben',
    email: 'ben@example.com',
    subject: 'sub-ben',
    isLocked: false,
    hasSecondFactor: true,
    groups: ['leads'],
    bindings: [],
    ...change,
  }
}

function reviewers(candidates: readonly ReviewerCandidate[], rule: Partial<RequestRule> = {}) {
  return reviewersFor(requestRule(rule), request, requester, { candidates, now })
}

const canReview = (change: Partial<ReviewerCandidate>, rule: Partial<RequestRule> = {}) =>
  reviewers([candidate(change)], rule).length === 1

test('reviewers come with the reason, in the order of the candidates', () => {
  const admin = { role: 'admin', racks: '*', apps: '*', expiresAt: null, createdBy: null }
  const candidates = [
    candidate({ id: 'cid', email: 'cid@example.com', subject: 'c', groups: [], bindings: [admin] }),
    candidate({ bindings: [admin] }),
    candidate({ id: 'dan', email: 'Dan@example.com', subject: 'd', groups: [] }),
    candidate({ id: 'eve', email: 'eve@example.com', subject: 'e', groups: ['others'] }),
  ]
  const rule = {
    reviewers: [
      { kind: 'group', name: 'leads' },
      { kind: 'role', name: 'admin' },
      { kind: 'user', name: 'dan@Example.com' },
    ],
  } as const
  expect(reviewers(candidates, rule)).toEqual([
    { id: 'cid', email: 'cid@example.com', because: 'role:admin' },
    { id: 'ben', email: 'ben@example.com', because: 'group:leads' },
    { id: 'dan', email: 'Dan@example.com', because: 'user:dan@Example.com' },
  ])
})

describe('nobody reviews', () => {
  test('their own request', () => {
    expect(canReview({ id: 'ada' })).toBe(false)
  })

  test('with another account of the same email address, from any identity provider', () => {
    expect(canReview({ email: 'ADA@example.com' })).toBe(false)
  })

  test('with another account of the same subject, from any identity provider', () => {
    expect(canReview({ subject: 'sub-ada' })).toBe(false)
  })

  test('while they are locked', () => {
    expect(canReview({ isLocked: true })).toBe(false)
  })

  test('without a second factor, if the rule wants a proof', () => {
    const stepUp = { level: { kind: 'recent', within: 600_000 }, except: [] } as const
    expect(canReview({ hasSecondFactor: false }, { stepUp })).toBe(false)
    expect(canReview({}, { stepUp })).toBe(true)
    expect(canReview({ hasSecondFactor: false })).toBe(true)
    expect(canReview({ hasSecondFactor: false }, { stepUp: { level: null, except: [] } })).toBe(true)
  })

  test('by a rule that approves automatically', () => {
    expect(canReview({}, { reviewers: [], reviews: 0 })).toBe(false)
  })
})

describe('a role makes a reviewer', () => {
  const byRole = (change: Partial<ReviewerBinding>) =>
    canReview(
      {
        groups: [],
        bindings: [{ role: 'admin', racks: '*', apps: '*', expiresAt: null, createdBy: 'zoe', ...change }],
      },
      { reviewers: [{ kind: 'role', name: 'admin' }] },
    )

  test('by a binding of this role', () => {
    expect(byRole({})).toBe(true)
    expect(byRole({ role: 'ops' })).toBe(false)
  })

  test('if the binding contains every rack and app of the request', () => {
    expect(byRole({ racks: 'stag*', apps: '*' })).toBe(true)
    expect(byRole({ apps: 'web' })).toBe(false)
    expect(byRole({ racks: 'production' })).toBe(false)
  })

  test('until the binding expires', () => {
    expect([now + 1, now, now - 1].map((expiresAt) => byRole({ expiresAt }))).toEqual([true, false, false])
  })

  test('unless the requester created the binding', () => {
    expect(byRole({ createdBy: 'ada' })).toBe(false)
    expect(byRole({ createdBy: null })).toBe(true)
  })

  test('never by two bindings that contain the request only together', () => {
    const bindings = ['web', 'api'].map((apps) => ({
      role: 'admin',
      racks: '*',
      apps,
      expiresAt: null,
      createdBy: null,
    }))
    expect(canReview({ groups: [], bindings }, { reviewers: [{ kind: 'role', name: 'admin' }] })).toBe(false)
  })
})
