import type { Principal } from '@rack-gateway/rbac-policy'
import { expect, test } from 'vitest'
import { createChangeLimit, createReportLimit } from './changes.ts'

const common = { rack: null, groups: [], bindings: [], owner: null, expiresAt: 0 }
const session = (id: string, credential: string): Principal => ({ ...common, kind: 'user', id, name: id, credential })
const change = { isRevocation: false }
const revocation = { isRevocation: true }

test('counts the changes of all sessions of a user together, and those of each user separately', () => {
  let now = 0
  const count = createChangeLimit(2, () => now)
  const [ann, annElsewhere, ben] = [session('ann', 's1'), session('ann', 's2'), session('ben', 's3')]
  count(ann, change)
  count(annElsewhere, change)
  now = 20_000
  for (const one of [ann, annElsewhere])
    expect(() => count(one, change)).toThrow(
      expect.objectContaining({ statusCode: 429, retryAfter: 40, rule: 'change-limit' }),
    )
  count(ben, change)
  now = 60_000
  count(ann, change)
})

test('a stolen credential cannot use up the limit of its revocation', () => {
  const count = createChangeLimit(1, () => 0)
  const [stolen, own] = [session('ann', 'stolen'), session('ann', 'own')]
  for (const what of [change, revocation]) {
    count(stolen, what)
    expect(() => count(stolen, what)).toThrow('Try again in 60 s.')
  }
  expect(() => count(own, change)).toThrow('more than 1 changes')
  count(own, revocation)
})

test('counts the reports of all sessions of a user together', () => {
  const count = createReportLimit(1, () => 0)
  count(session('ann', 's1'))
  expect(() => count(session('ann', 's2'))).toThrow(
    expect.objectContaining({ statusCode: 429, retryAfter: 60, rule: 'change-limit' }),
  )
  count(session('ben', 's3'))
})
