import { expect, test } from 'vitest'
import { conditionOf } from './conditions.ts'
import { templateOf } from './templates.ts'

test.each([
  ['equals', 'main', { equals: 'main' }],
  ['equals', '74', { equals: 74 }],
  ['equals', ' "74" ', { equals: '74' }],
  ['equals', 'false', { equals: false }],
  ['equals', '7.5', { equals: '7.5' }],
  ['oneOf', 'push, "7", 7', { oneOf: ['push', '7', 7] }],
  ['pattern', 'refs/heads/*', { pattern: 'refs/heads/*' }],
  ['empty', 'ignored', { empty: true }],
] as const)('%s %s is %j', (requirement, value, condition) => {
  expect(conditionOf({ key: 1, claim: ' ref ', requirement, value })).toEqual({ claim: 'ref', ...condition })
})

test('a template has only the fields of its CI system that are not empty', () => {
  const values = { repositoryId: ' 74 ', repositoryOwnerId: '65', ref: '', events: 'push, release', projectId: '1' }
  expect(templateOf('github', values)).toEqual({
    provider: 'github',
    repositoryId: '74',
    repositoryOwnerId: '65',
    events: ['push', 'release'],
  })
})
