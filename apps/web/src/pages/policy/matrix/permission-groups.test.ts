import { expect, test } from 'vitest'
import { permissionGroups } from './permission-groups.ts'

const permissions = [
  { name: 'app:read', description: 'list apps', roles: [] },
  { name: 'release:promote', description: 'promote a release', roles: [] },
  { name: 'app:delete', description: 'delete an app', roles: [] },
]
const shown = (filter: string) =>
  permissionGroups(permissions, filter).map(({ name, permissions }) => [name, permissions.map(({ name }) => name)])

test('permissions are grouped by the kind of resource', () => {
  expect(shown('')).toEqual([
    ['app', ['app:read', 'app:delete']],
    ['release', ['release:promote']],
  ])
})

test('a permission matches a filter if its name and description contain all words of the filter', () => {
  expect(shown('APP  Delete')).toEqual([['app', ['app:delete']]])
  expect(shown('a release')).toEqual([['release', ['release:promote']]])
  expect(shown('nothing')).toEqual([])
})
