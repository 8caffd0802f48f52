import { expect, test } from 'vitest'
import { exceeds } from './roles.ts'

const list = { roles: ['viewer', 'ops'] }
const restart = { roles: ['ops'] }

test('a role exceeds the roles of a person if it has a permission that none of those roles has', () => {
  const viewer = { permissions: [list] }
  const ops = { permissions: [list, restart] }
  expect([exceeds(viewer, ['ops']), exceeds(ops, ['ops'])]).toEqual([false, false])
  expect([exceeds(ops, ['viewer']), exceeds(viewer, [])]).toEqual([true, true])
})
