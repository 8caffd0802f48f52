import { expect, test } from 'vitest'
import { toDecisionJson } from './decision-json.ts'
import type { Allowed } from './types.ts'

const allowed: Allowed = {
  effect: 'allow',
  rule: 'role:deployer',
  source: 'built-in:1',
  permission: 'release:promote',
  reason: 'The role deployer grants release:promote.',
  roles: ['deployer'],
  bindings: [],
  policy: 'ab',
  grant: { id: 'grant-1', expiresAt: Date.UTC(2030, 0, 1), startsWithUse: true },
}
const grant = { id: 'grant-1', expiresAt: '2030-01-01T00:00:00.000Z' }

test('a grant appears with its end', () => {
  expect(toDecisionJson(allowed)).toEqual({ ...allowed, grant })
  const { reason } = allowed
  const required = { ...allowed, effect: 'require', requirement: 'approval', remedy: 'Ask.', granted: allowed } as const
  expect(toDecisionJson(required)).toEqual({
    ...allowed,
    effect: 'require',
    requirement: 'approval',
    reason,
    next: 'Ask.',
    grant,
  })
})

test('a decision without a grant has none', () => {
  const { grant: _, ...own } = allowed
  expect(toDecisionJson(own)).toEqual(own)
  expect(toDecisionJson({ ...own, effect: 'deny', remedy: 'Ask.' })).toEqual({ ...own, effect: 'deny', next: 'Ask.' })
})
