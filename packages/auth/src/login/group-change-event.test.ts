import { expect, test } from 'vitest'
import { groupChangeDetail, groupDetail } from './group-change-event.ts'

const many = (count: number) => Array.from({ length: count }, (_, number) => `group-${number}`)

test('an event of a few groups lists all of them', () => {
  expect(groupDetail(['a', 'b'])).toEqual({ groups: 'a, b', groupCount: '2' })
  expect(groupChangeDetail(['a'], [])).toEqual({
    groups: '',
    groupCount: '0',
    groupsBefore: 'a',
    groupCountBefore: '1',
  })
})

test('an event of thousands of groups has the first 20 and the count', () => {
  const { groups, groupCount } = groupDetail(many(5_000))
  expect([groups.split(', ').length, groupCount]).toEqual([20, '5000'])
})

test('long names are not cut in the middle', () => {
  const long = 'x'.repeat(256)
  expect(groupDetail([`a${long}`, `b${long}`, `c${long}`, `d${long}`]).groups).toBe(`a${long}, b${long}, c${long}`)
})

test('an added and a removed group are named, even among thousands of groups', () => {
  expect(groupChangeDetail([...many(5_000), 'gone'], [...many(5_000), 'come'])).toMatchObject({
    groupCount: '5001',
    groupsAdded: 'come',
    groupsAddedCount: '1',
    groupsRemoved: 'gone',
    groupsRemovedCount: '1',
  })
})
