import { expect, test } from 'vitest'
import { builtInPolicy } from '../document/document.ts'
import type { GrantedDecision } from '../model/types.ts'
import { compilePolicy } from '../policy/policy.ts'
import { binding, call, now, principal } from '../testing/calls.ts'
import { grant } from '../testing/request-rules.ts'
import { requireLiveGrant } from './require-live-grant.ts'

const user = principal([binding('viewer')], { grants: [grant()] })
const policy = compilePolicy(builtInPolicy())
const decision = policy.decide(user, call('POST /apps/{app}/releases/{id}/promote')) as GrantedDecision

test('a decision is denied once its grant is over', () => {
  expect(requireLiveGrant(decision, user, now + 3_599_999)).toBe(decision)
  const over = { effect: 'deny', rule: 'grant-over', permission: 'release:promote' }
  expect(requireLiveGrant(decision, user, now + 3_600_000)).toMatchObject(over)
  expect(requireLiveGrant(decision, { ...user, grants: [] }, now)).toMatchObject(over)
  expect(requireLiveGrant(decision, { ...user, grants: [grant({ id: 'other' })] }, now)).toMatchObject(over)
  expect(requireLiveGrant(decision, user, now + 3_600_000)).not.toHaveProperty('grant')
})

test('a decision without a grant stays', () => {
  const own = policy.decide(user, call('GET /apps/{app}')) as GrantedDecision
  expect(requireLiveGrant(own, { ...user, grants: [] }, now)).toBe(own)
})
