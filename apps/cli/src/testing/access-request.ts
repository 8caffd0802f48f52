import type { AccessRequestDetails, AccessRequestPreview, RequestOption } from '@rack-gateway/gateway-api'

export const requestId = '01a21006-6e55-7646-9171-966421143187'
const userOf = { id: '01a21006-0000-7646-9171-000000000001', email: 'ada@example.com' }
const reviewerOf = { id: '01a21006-0000-7646-9171-000000000002', email: 'bea@example.com' }

/** The gateway's response about an access request: pending, apart from what a test changes. */
export function accessRequest(change: Partial<AccessRequestDetails> = {}): AccessRequestDetails {
  return {
    id: requestId,
    rule: 'production-deploy',
    user: userOf,
    role: 'deployer',
    racks: ['production'],
    apps: ['*'],
    seconds: 3_600,
    startsAt: null,
    reason: 'OPS-17 hotfix',
    extends: null,
    createdAt: '2030-01-02T12:00:00.000Z',
    answerBy: '2030-01-02T13:00:00.000Z',
    state: 'pending',
    workStarts: 'approval',
    neededReviews: 1,
    reviews: [],
    decidedAt: null,
    grant: null,
    ended: null,
    may: ['cancel'],
    reviewers: [{ ...reviewerOf, because: 'group:leads' }],
    live: [],
    running: [],
    ...change,
  }
}

export const approval: AccessRequestDetails['reviews'][number] = {
  reviewer: reviewerOf,
  approved: true,
  because: 'group:leads',
  note: 'go on',
  racks: null,
  apps: null,
  seconds: null,
  startsAt: null,
  at: '2030-01-02T12:05:00.000Z',
}

export const grant: NonNullable<AccessRequestDetails['grant']> = {
  racks: ['production'],
  apps: ['*'],
  seconds: 3_600,
  from: '2030-01-02T12:05:00.000Z',
  until: '2030-01-02T13:05:00.000Z',
  startedAt: null,
}

export function activeRequest(change: Partial<AccessRequestDetails> = {}): AccessRequestDetails {
  const decidedAt = approval.at
  return accessRequest({
    state: 'active',
    reviews: [approval],
    decidedAt,
    grant,
    reviewers: [],
    may: ['revoke'],
    ...change,
  })
}

export const preview: AccessRequestPreview = {
  rule: 'production-deploy',
  answerBy: '2030-01-02T13:00:00.000Z',
  reviews: 1,
  reviewers: [{ ...reviewerOf, because: 'group:leads' }],
}

export const requestOption: RequestOption = {
  rule: 'production-deploy',
  role: 'deployer',
  roleDescription: 'Deploys apps.',
  racks: ['production', 'qa-*'],
  apps: ['*'],
  longestSeconds: 14_400,
  answerWithinSeconds: 3_600,
  workStarts: 'approval',
  reason: { prompt: 'Ticket', pattern: '[A-Z]+-\\d+( .*)?' },
  reviews: 1,
}
