import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { canonicalHeader } from './routes/table.ts'
import { rackRoutes, routesById } from './routes.ts'

const contract = readFileSync(new URL('../test/contract-routes.txt', import.meta.url), 'utf8')
  .trim()
  .split('\n')

function route(id: string) {
  const found = routesById.get(id)
  if (!found) throw new Error(`no route ${id}`)
  return found
}

describe('the route table', () => {
  test('has every route of the contract, and no other', () => {
    const ours = rackRoutes.map(({ id }) => id.replaceAll(/\{[a-z]+:\.\*\}/g, '{*}').replaceAll(/\{[a-z]+\}/g, '{}'))
    expect(ours.sort()).toEqual(contract)
  })

  test('names each route once, by its method or WS', () => {
    expect(routesById.size).toBe(rackRoutes.length)
    for (const { id, kind, method, path } of rackRoutes)
      expect(id).toBe(`${kind === 'websocket' ? 'WS' : method} ${path}`)
  })

  test('is deeply fixed: nobody can widen it at run time', () => {
    expect(Object.isFrozen(rackRoutes)).toBe(true)
    for (const entry of rackRoutes) {
      const parts = [entry, entry.query, entry.form, entry.headers, entry.refusedHeaders]
      expect(parts.every(Object.isFrozen)).toBe(true)
    }
  })

  test('gives every route a permission of the form resource:action', () => {
    for (const { permission } of rackRoutes) expect(permission).toMatch(/^[a-z]+(-[a-z]+)*:[a-z]+(-[a-z]+)*$/)
  })

  test('asks an app binding exactly where an app is named', () => {
    for (const { path, scope } of rackRoutes) expect(scope === 'app').toBe(path.startsWith('/apps/{app}'))
  })

  test('answers a list only where a row can be cut', () => {
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

  test('never takes a change from its method: websockets that execute change, logs and reads do not', () => {
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

  test('takes every method only on routes that are blocked for everyone', () => {
    const any = rackRoutes.filter(({ method }) => method === 'ANY').map(({ path }) => path)
    expect(any).toEqual(['/v2/{path:.*}', '/custom/http/proxy/{path:.*}', '/kubernetes/{path:.*}'])
  })

  test('has form keys exactly where the body is a form', () => {
    for (const { form, body, id } of rackRoutes) expect([id, form.length > 0]).toEqual([id, body === 'form'])
  })

  test('never permits and refuses the same header', () => {
    for (const { headers, refusedHeaders } of rackRoutes) {
      const refused = new Set(refusedHeaders.map((name) => name.toLowerCase()))
      expect(headers.filter((name) => refused.has(name.toLowerCase()))).toEqual([])
    }
  })

  test('a websocket permits no query, no form and no body', () => {
    for (const { kind, query, form, body, mask } of rackRoutes) {
      if (kind === 'websocket')
        expect({ query, form, body, mask }).toEqual({ query: [], form: [], body: 'none', mask: 'stream' })
    }
  })
})

describe('what the contract warns of', () => {
  test('run refuses the headers that bear privilege and keeps Command and Release', () => {
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

  test('an upload can not carry flags for tar', () => {
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
  ])('%s refuses the header %s, which the rack would read as its parameter', (id, header) => {
    expect(route(id).refusedHeaders).toContain(header)
  })

  test('what can not be masked is opaque, so that its permission guards it', () => {
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

  test('headers are looked up by the rack in Go’s canonical spelling', () => {
    expect(['ack_by', 'durationInHour', 'use-service-volume', 'GPU'].map(canonicalHeader)).toEqual([
      'Ack_by',
      'Durationinhour',
      'Use-Service-Volume',
      'Gpu',
    ])
  })
})
