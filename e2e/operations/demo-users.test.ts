import { demoGroups, demoUsers } from '@rack-gateway/demo/identity-provider'
import { builtInPolicy } from '@rack-gateway/rbac-policy/document'
import { expect, test } from 'vitest'

test('there is a demo user for each role, and three users without a role', () => {
  const roleOf = (groups: readonly string[]) => groups.map((group) => demoGroups[group])
  const roles = demoUsers.flatMap(({ id, groups }) => (id === 'admin' ? ['admin'] : roleOf(groups)))
  expect(roles.toSorted()).toEqual(
    builtInPolicy()
      .roles.map(({ name }) => name)
      .toSorted(),
  )
  expect(demoUsers.filter(({ groups, id }) => groups.length === 0 && id !== 'admin').map(({ id }) => id)).toEqual([
    'nobody',
    'outsider',
    'unverified',
  ])
})
