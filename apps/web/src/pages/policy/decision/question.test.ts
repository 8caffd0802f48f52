import { expect, test } from 'vitest'
import { questionOf } from './question.ts'

const route = (id: string, permission: string, api = 'rack') => ({ id, api, permission, scope: 'app', summary: '' })
const routes = [
  route('POST /apps/{app}/services/{service}/processes', 'process:run'),
  route('WS /apps/{app}/processes/{pid}/exec', 'process:exec'),
  route('GET /apps', 'app:read'),
  route('GET /gateway/api/v1/users', 'gateway:user:write', 'management'),
]
const bodyOf = (search: Parameters<typeof questionOf>[0]) => questionOf(search, routes, 'staging')?.body

test('a question has only the parameters of its route, not those that were typed for another route', () => {
  const typed = { as: 'ann@example.com', rack: 'production', app: 'web', service: 'worker', command: ' rake ünits ' }
  expect(bodyOf({ ...typed, route: 'POST /apps/{app}/services/{service}/processes' })).toEqual({
    rack: 'production',
    as: 'ann@example.com',
    calls: [
      {
        route: 'POST /apps/{app}/services/{service}/processes',
        app: 'web',
        params: { service: 'worker' },
        command: { header: 'rake Ã¼nits', by: 'run' },
      },
    ],
  })
  expect(bodyOf({ ...typed, route: 'GET /gateway/api/v1/users' })).toEqual({
    as: 'ann@example.com',
    calls: [{ route: 'GET /gateway/api/v1/users' }],
  })
  expect(bodyOf({ route: 'GET /apps' })).toEqual({ rack: 'staging', calls: [{ route: 'GET /apps' }] })
})

test('there is no question without a known route and the app or service that the route needs', () => {
  expect(bodyOf({})).toBeUndefined()
  expect(bodyOf({ route: 'GET /nothing' })).toBeUndefined()
  expect(bodyOf({ route: 'POST /apps/{app}/services/{service}/processes', app: 'web' })).toBeUndefined()
  expect(bodyOf({ route: 'WS /apps/{app}/processes/{pid}/exec' })).toBeUndefined()
})
