import { expect, test } from 'vitest'
import { dependsOnApp, racksToList } from './can.ts'

const me = {
  listPermissions: [
    { racks: ['staging', 'eu'], onAllApps: ['app:list', 'instance:list'], onSomeApps: [] },
    { racks: ['production'], onAllApps: [], onSomeApps: ['app:list', 'instance:list'] },
    { racks: ['audited'], onAllApps: [], onSomeApps: [] },
  ],
}

test('lists of apps need the permission on some app, and lists of a rack need it on all apps', () => {
  expect(racksToList(me, 'app:list')).toEqual(['staging', 'eu', 'production'])
  expect(racksToList(me, 'instance:list', 'rack')).toEqual(['staging', 'eu'])
  expect(racksToList({}, 'app:list')).toEqual([])
})

test('only where the permission is not on all apps, each app is asked about', () => {
  expect(['staging', 'production', 'audited'].map((rack) => dependsOnApp(me, 'app:list', rack))).toEqual([
    false,
    true,
    false,
  ])
})
