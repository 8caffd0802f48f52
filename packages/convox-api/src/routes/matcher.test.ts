import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isTargetError, readTarget, splitRackPrefix } from '../targets/target.ts'
import { createReferenceRouter } from '../testing/reference-router.ts'
import { anyCall } from '../testing/targets.ts'
import { compileMatcher, isProbe } from './matcher.ts'
import { createRoute, read } from './route-row.ts'
import { rackRoutes } from './routes.ts'

const match = compileMatcher(rackRoutes)
const reference = createReferenceRouter(rackRoutes)

function found(method: string, path: string, kind: 'http' | 'websocket' = 'http') {
  const result = match(method, path, kind)
  return result && { id: result.route.id, params: result.params }
}

describe('the matcher', () => {
  test.each([
    ['GET', '/apps', 'GET /apps', {}],
    ['GET', '/apps/apps', 'GET /apps/{app}', { app: 'apps' }],
    ['GET', '/apps/releases/releases', 'GET /apps/{app}/releases', { app: 'releases' }],
    ['GET', '/apps/a/builds/B1.tgz', 'GET /apps/{app}/builds/{id}.tgz', { app: 'a', id: 'B1' }],
    ['GET', '/apps/a/builds/B1.tgz.tgz', 'GET /apps/{app}/builds/{id}.tgz', { app: 'a', id: 'B1.tgz' }],
    ['GET', '/apps/a/builds/.tgz', 'GET /apps/{app}/builds/{id}', { app: 'a', id: '.tgz' }],
    ['GET', '/apps/a/builds/B1', 'GET /apps/{app}/builds/{id}', { app: 'a', id: 'B1' }],
    ['PUT', '/apps/a/builds/B1.tgz', 'PUT /apps/{app}/builds/{id}', { app: 'a', id: 'B1.tgz' }],
    ['POST', '/apps/a/builds/import', 'POST /apps/{app}/builds/import', { app: 'a' }],
    ['GET', '/apps/a/builds/import', 'GET /apps/{app}/builds/{id}', { app: 'a', id: 'import' }],
    ['POST', '/certificates/generate', 'POST /certificates/generate', {}],
    ['DELETE', '/certificates/generate', 'DELETE /certificates/{id}', { id: 'generate' }],
    ['DELETE', '/instances/keyroll', 'DELETE /instances/{id}', { id: 'keyroll' }],
    ['POST', '/apps/a/objects/tmp/x.tgz', 'POST /apps/{app}/objects/{key:.*}', { app: 'a', key: 'tmp/x.tgz' }],
    ['POST', '/apps/a/objects/', 'POST /apps/{app}/objects/{key:.*}', { app: 'a', key: '' }],
    ['GET', '/apps/a/objects//x//', 'GET /apps/{app}/objects/{key:.*}', { app: 'a', key: '/x//' }],
    ['GET', '/apps/a/objects/a%20b%C3%A9', 'GET /apps/{app}/objects/{key:.*}', { app: 'a', key: 'a bé' }],
    ['DELETE', '/registries/https://i.io/v1/', 'DELETE /registries/{server:.*}', { server: 'https://i.io/v1/' }],
    ['PATCH', '/v2/a/b', 'ANY /v2/{path:.*}', { path: 'a/b' }],
    ['GET', '/kubernetes/api', 'ANY /kubernetes/{path:.*}', { path: 'api' }],
  ])('%s %s is %s', (method, path, id, params) => {
    expect(found(method, path)).toEqual({ id, params })
  })

  test.each([
    ['GET', '/APPS'],
    ['GET', '/apps/web/Processes'],
    ['get', '/apps'],
    ['HEAD', '/apps'],
    ['OPTIONS', '/apps'],
    ['PATCH', '/apps/a'],
    ['PROPFIND', '/apps'],
    ['WS', '/apps/a/logs'],
    ['GET upgrade', '/apps/a'],
    ['ANY', '/apps'],
    ['GET', '/apps/'],
    ['GET', '/apps/a/'],
    ['GET', '/apps//processes'],
    ['GET', '/v2'],
    ['GET', '/'],
    ['GET', ''],
    ['GET', 'apps'],
    ['GET', '/machines'],
    ['GET', '/rack/staging/apps'],
    ['GET', '/apps/a/metrics-by-service/x'],
    ['GET', '/constructor'],
    ['GET', '/__proto__'],
  ])('%j %j matches no route', (method, path) => {
    expect(found(method, path)).toBeNull()
  })

  test('an upgrade matches only websocket routes, and only an upgrade does', () => {
    expect(found('GET', '/apps/a/processes/p/exec')).toBeNull()
    expect(found('GET', '/apps/a/processes/p/exec', 'websocket')).toEqual({
      id: 'WS /apps/{app}/processes/{pid}/exec',
      params: { app: 'a', pid: 'p' },
    })
    expect(found('POST', '/apps/a/processes/p/exec', 'websocket')).toBeNull()
    expect(found('GET', '/apps', 'websocket')).toBeNull()
    expect(found('GET', '/v2/x', 'websocket')).toBeNull()
  })

  test('a match does not change an earlier result', () => {
    const first = match('GET', '/apps/one/releases/R1', 'http')
    match('GET', '/apps/two/processes/p2', 'http')
    expect(first?.params).toEqual({ app: 'one', id: 'R1' })
  })

  test('only probes of the CLI are recognized', () => {
    expect([isProbe('GET', '/machines'), isProbe('GET', '/racks')]).toEqual([true, true])
    expect([isProbe('POST', '/racks'), isProbe('GET', '/racks/x'), isProbe('GET', '/machines/')]).toEqual([
      false,
      false,
      false,
    ])
  })
})

describe('invalid routes', () => {
  const row = (path: string) => createRoute(`GET ${path}`, read('app:read', 'plain'))

  test.each([['/a/{}'], ['/a/{x'], ['/a/{x:[0-9]+}'], ['/a//b'], ['/a/b}'], ['/a/{x}-{y}'], ['/a/{rest:.*}/b']])(
    '%s is rejected when it is compiled',
    (path) => {
      expect(() => compileMatcher([row(path)])).toThrow(path)
    },
  )

  test('two routes with the same method and path are rejected', () => {
    expect(() => compileMatcher([row('/a/{x}'), row('/a/{y}')])).toThrow('GET /a/{y}')
  })
})

test('every route is found by an example of its path', () => {
  for (const route of rackRoutes) {
    const path = route.path.replaceAll(/\{([a-z]+)(:\.\*)?\}/g, '$1-1')
    const method = route.method === 'ANY' ? 'PATCH' : route.method
    expect(match(method, path, route.kind)?.route.id).toBe(route.id)
  }
})

test('the rack’s router finds the same route and parameters for every accepted target', () => {
  let asked = 0
  let matched = 0
  fc.assert(
    fc.property(anyCall, ({ target: raw, method, kind }) => {
      const target = readTarget(raw)
      asked++
      if (isTargetError(target)) return
      const { path } = splitRackPrefix(target)
      const ours = match(method, path, kind)
      const theirs = reference(method, path, kind)
      if (ours) {
        matched++
        expect(theirs).toEqual({ status: 200, route: ours.route, params: ours.params })
      } else if (theirs.status === 200) {
        // The only difference: a rack answers an upgrade of an ordinary route without upgrading. The matcher finds no route.
        expect([kind, theirs.route.kind]).toEqual(['websocket', 'http'])
      }
    }),
  )
  expect(matched / asked).toBeGreaterThan(0.2)
})
