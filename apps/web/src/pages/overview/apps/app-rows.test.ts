import { expect, test } from 'vitest'
import { readApp } from '../../../api/rack-data/readers.ts'
import { appRows, rackOrder } from './app-rows.ts'

const own = (rack: string, app: string) => ({ rack, app, canChange: true, lastOwnChange: null, lastPromotion: null })
const listed = (name: string) => readApp({ name, release: 'R1', status: 'running' })
const shown = (rows: ReturnType<typeof appRows>) =>
  rows.map(({ rack, app, state }) => `${rack}/${app} ${state?.status}`)

test('racks with own apps come first, in the order of the apps, without racks that the person cannot list', () => {
  expect(rackOrder([own('eu', 'a'), own('us', 'b'), own('eu', 'c'), own('gone', 'd')], ['apac', 'eu', 'us'])).toEqual([
    'eu',
    'us',
    'apac',
  ])
})

test('own apps come first, with their state, and then the other apps of the asked racks', () => {
  const rows = appRows([own('eu', 'web'), own('us', 'web')], [{ rack: 'eu', apps: [listed('api'), listed('web')] }])
  expect(shown(rows)).toEqual(['eu/web running', 'eu/api running'])
})

test('an own app is shown before its rack has answered, and not if the rack does not have it any more', () => {
  expect(shown(appRows([own('eu', 'web')], [{ rack: 'eu', apps: undefined }]))).toEqual(['eu/web undefined'])
  expect(shown(appRows([own('eu', 'web')], [{ rack: 'eu', apps: [listed('api')] }]))).toEqual(['eu/api running'])
})
