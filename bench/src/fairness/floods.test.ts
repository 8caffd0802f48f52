import { expect, test } from 'vitest'
import { costFloods } from './cost-floods.ts'
import { everything, floodGroup, floods, groupNames } from './floods.ts'
import { memoryFloods } from './memory-floods.ts'
import { streamFloods } from './stream-floods.ts'

const togetherNames = [...Object.keys(memoryFloods), ...Object.keys(costFloods)]

test('no two floods have the same name', () => {
  expect(Object.keys(floods)).toHaveLength(Object.keys(streamFloods).length + togetherNames.length)
  expect(groupNames).toEqual([...Object.keys(floods), everything])
})

test('everything is all memory floods and all cost floods, for a minute', () => {
  const group = floodGroup(everything, true)
  expect([group?.members, group?.seconds]).toEqual([togetherNames, 60])
})

test('without loopback addresses, floods from many networks are left out', () => {
  expect(floodGroup('idle-connections', false)).toBeNull()
  const members = floodGroup(everything, false)?.members ?? []
  expect(members.filter((name) => floods[name]?.usesNetworks)).toEqual([])
  expect(members).toContain('matrix')
})

test('a single flood is a group of its own', () => {
  expect(floodGroup('matrix', true)).toEqual({ title: floods.matrix?.title, seconds: 6, members: ['matrix'] })
  expect(() => floodGroup('nothing', true)).toThrow('There is no flood nothing.')
})
