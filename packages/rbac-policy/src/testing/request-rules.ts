import { readPolicy } from '../document/document.ts'
import type { Grant } from '../model/types.ts'
import type { PolicyDocument, RequestRule } from '../policy-document/policy-document.ts'
import { now } from './calls.ts'

const hour = 3_600_000

/** Engineers ask leads for the role deployer on the rack staging. */
export function requestRule(change: Partial<RequestRule> = {}): RequestRule {
  return {
    id: 'deploys',
    from: [{ kind: 'group', name: 'engineering' }],
    role: 'deployer',
    racks: ['staging'],
    apps: ['*'],
    longest: 4 * hour,
    answerWithin: hour,
    workStarts: 'approval',
    reason: { prompt: 'Ticket', pattern: null },
    reviewers: [{ kind: 'group', name: 'leads' }],
    reviews: 1,
    stepUp: null,
    ...change,
  }
}

/** A grant of the role deployer for an hour, which started at the time of the tests. */
export function grant(change: Partial<Grant> = {}): Grant {
  return {
    id: 'grant-1',
    rule: 'deploys',
    role: 'deployer',
    racks: ['staging'],
    apps: ['*'],
    startsAt: now,
    expiresAt: now + hour,
    startsWithUse: false,
    ...change,
  }
}

/** A valid document. */
export function documentOf(text: string): PolicyDocument {
  const { document, problems } = readPolicy(text, 'policy.yaml')
  if (document === null) throw new Error(problems.map((problem) => problem.text).join('; '))
  return document
}
