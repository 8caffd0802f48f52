import { expect, test } from 'vitest'
import { exceeds, isOfGatewayOnly } from './roles.ts'

const list = { name: 'app:list', roles: ['viewer', 'ops'] }
const restart = { name: 'process:restart', roles: ['ops'] }

test('a role exceeds the roles of a person if it has a permission that none of those roles has', () => {
  const viewer = { permissions: [list] }
  const ops = { permissions: [list, restart] }
  expect([exceeds(viewer, ['ops']), exceeds(ops, ['ops'])]).toEqual([false, false])
  expect([exceeds(ops, ['viewer']), exceeds(viewer, [])]).toEqual([true, true])
})

test('a role is of the gateway only if it has no permission for a rack', () => {
  const audit = { name: 'gateway:audit:read', roles: ['auditor'] }
  expect([{ permissions: [audit] }, { permissions: [audit, list] }, { permissions: [] }].map(isOfGatewayOnly)).toEqual([
    true,
    false,
    false,
  ])
})
