import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { canonicalHeader } from './route-row.ts'
import { rackRoutes, routesById } from './routes.ts'

/** The routes of a rack, which were listed independently of the route table. */
const listedRoutes = readFileSync(new URL('../../test/contract-routes.txt', import.meta.url), 'utf8')
  .trim()
  .split('\n')

function route(id: string) {
  const found = routesById.get(id)
  if (!found) throw new Error(`no route ${id}`)
  return found
}

describe('the route table', () => {
  test('has exactly the routes of contract-routes.txt', () => {
    const ours = rackRoutes.map(({ id }) => id.replaceAll(/\{[a-z]+:\.\*\}/g, '{*}').replaceAll(/\{[a-z]+\}/g, '{}'))
    expect(ours.sort()).toEqual(listedRoutes)
  })

  test('has unique IDs that begin with the method or WS', () => {
    expect(routesById.size).toBe(rackRoutes.length)
    for (const { id, kind, method, path } of rackRoutes)
      expect(id).toBe(`${kind === 'websocket' ? 'WS' : method} ${path}`)
  })

  test('is deeply frozen', () => {
    expect(Object.isFrozen(rackRoutes)).toBe(true)
    for (const entry of rackRoutes) {
      const parts = [entry, entry.query, entry.form, entry.headers, entry.refusedHeaders]
      expect(parts.every(Object.isFrozen)).toBe(true)
    }
  })

  test('gives every route a permission of the form resource:action', () => {
    for (const { permission } of rackRoutes) expect(permission).toMatch(/^[a-z]+(-[a-z]+)*:[a-z]+(-[a-z]+)*$/)
  })

  test('has the scope app exactly for paths with an app', () => {
    for (const { path, scope } of rackRoutes) expect(scope === 'app').toBe(path.startsWith('/apps/{app}'))
  })

  test('has the scope list only for responses that can be filtered', () => {
    const lists = rackRoutes.filter(({ scope }) => scope === 'list').map(({ id }) => id)
    expect(lists.sort()).toEqual([
      'GET /apps',
      'GET /auth',
      'GET /certificates',
      'GET /check',
      'GET /system',
      'GET /system/processes',
    ])
  })

  test('counts websockets that execute something as changes, and other GET requests as reads', () => {
    const changing = rackRoutes.filter(({ kind, changes }) => kind === 'websocket' && changes).map(({ id }) => id)
    expect(changing.sort()).toEqual([
      'WS /apps/{app}/processes/{pid}/exec',
      'WS /apps/{app}/resources/{name}/console',
      'WS /instances/{id}/shell',
      'WS /proxy/{host}/{port}',
    ])
    for (const { kind, method, changes } of rackRoutes) {
      if (kind === 'http') expect(changes).toBe(!['GET', 'HEAD', 'OPTIONS'].includes(method))
    }
  })

  test('has the method ANY only for routes that are blocked for everyone', () => {
    const any = rackRoutes.filter(({ method }) => method === 'ANY').map(({ path }) => path)
    expect(any).toEqual(['/v2/{path:.*}', '/custom/http/proxy/{path:.*}', '/kubernetes/{path:.*}'])
  })

  test('has form keys exactly for form bodies', () => {
    for (const { form, body, id } of rackRoutes) expect([id, form.length > 0]).toEqual([id, body === 'form'])
  })

  test('never allows and refuses the same header', () => {
    for (const { headers, refusedHeaders } of rackRoutes) {
      const refused = new Set(refusedHeaders.map((name) => name.toLowerCase()))
      expect(headers.filter((name) => refused.has(name.toLowerCase()))).toEqual([])
    }
  })

  test('a websocket allows no query, no form and no body', () => {
    for (const { kind, query, form, body, mask } of rackRoutes) {
      if (kind === 'websocket')
        expect({ query, form, body, mask }).toEqual({ query: [], form: [], body: 'none', mask: 'stream' })
    }
  })
})

describe('routes with dangerous parameters or responses', () => {
  test('run rejects headers that give privileges, and takes Command and Release', () => {
    const run = route('POST /apps/{app}/services/{service}/processes')
    expect(run.refusedHeaders).toEqual([
      'Image',
      'Volumes',
      'Use-Service-Volume',
      'Privileged',
      'Node-Labels',
      'System-Critical',
      'Gpu',
      'Gpu-Vendor',
    ])
    expect(run.headers).toEqual(expect.arrayContaining(['Command', 'Release']))
  })

  test('an upload cannot carry flags for tar', () => {
    expect(route('POST /apps/{app}/processes/{pid}/files').query).toEqual([])
  })

  test.each([
    ['POST /apps', 'Name'],
    ['DELETE /apps/{app}/processes/{pid}/files', 'Files'],
    ['GET /apps/{app}/processes/{pid}/files', 'File'],
    ['POST /apps/{app}/builds', 'Url'],
    ['PUT /apps/{app}/configs/{name}', 'Value'],
    ['POST /certificates', 'Key'],
    ['POST /registries', 'Password'],
    ['DELETE /apps/{app}/budget', 'Ack_by'],
    ['POST /system/jwt/token', 'Durationinhour'],
  ])('%s rejects the header %s, which the rack would read as a parameter', (id, header) => {
    expect(route(id).refusedHeaders).toContain(header)
  })

  test('responses that cannot be masked are opaque', () => {
    const opaque = rackRoutes.filter(({ mask, method }) => mask === 'opaque' && method !== 'ANY').map(({ id }) => id)
    expect(opaque.sort()).toEqual([
      'GET /apps/{app}/builds/{id}.tgz',
      'GET /apps/{app}/diagnose',
      'GET /apps/{app}/objects/{key:.*}',
      'GET /apps/{app}/processes/{pid}/files',
      'GET /apps/{app}/resources/{name}/data',
      'GET /letsencrypt/config',
      'POST /instances/keyroll',
      'POST /system/jwt/token',
    ])
  })

  test('canonicalHeader returns Go’s canonical spelling', () => {
    expect(['ack_by', 'durationInHour', 'use-service-volume', 'GPU'].map(canonicalHeader)).toEqual([
      'Ack_by',
      'Durationinhour',
      'Use-Service-Volume',
      'Gpu',
    ])
  })
})
