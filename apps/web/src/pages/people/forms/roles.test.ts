import { expect, test } from 'vitest'
import { exceeds } from './roles.ts'

const list = { roles: ['viewer', 'ops'] }
const restart = { roles: ['ops'] }

test('a role exceeds the held ones if none of them has one of its permissions', () => {
  const viewer = { permissions: [list] }
  const ops = { permissions: [list, restart] }
  expect([exceeds(viewer, ['ops']), exceeds(ops, ['ops'])]).toEqual([false, false])
  expect([exceeds(ops, ['viewer']), exceeds(viewer, [])]).toEqual([true, true])
})
