import { isRecordable, rackRoutes, recordableNames, routesById } from '@rack-gateway/convox-api'
import { describe, expect, test } from 'vitest'
import { builtInPolicy, readPolicy } from '../document/document.ts'
import type { Policy } from '../policy/policy.ts'
import { compilePolicy } from '../policy/policy.ts'

function policyOf(...lines: readonly string[]): Policy {
  const { document, problems } = readPolicy(['version: 1', ...lines].join('\n'), 'policy.yaml')
  if (document === null) throw new Error(problems.map(({ text }) => text).join('; '))
  return compilePolicy(document)
}

function isRecorded(policy: Policy, id: string, name: string, { rack = 'staging', app = 'web' } = {}): boolean {
  const route = routesById.get(id)
  if (route === undefined) throw new Error(id)
  return policy.valuesRecorded({ route, rack, app })?.(name) ?? false
}

const scale = 'PUT /apps/{app}/services/{service}'
const promote = 'POST /apps/{app}/releases/{id}/promote'
const newRelease = 'POST /apps/{app}/releases'
const registry = 'POST /registries'

describe('without a document', () => {
  const policy = compilePolicy(builtInPolicy())

  test.each([
    [scale, 'count'],
    [scale, 'memory'],
    [promote, 'force'],
    [newRelease, 'build'],
    ['POST /apps/{app}/services/{service}/processes', 'release'],
    ['POST /apps/{app}/builds', 'git-sha'],
    ['DELETE /apps/{app}/processes/{pid}/files', 'files'],
    ['PUT /apps/{app}', 'lock'],
  ])('%s records %s', (route, name) => {
    expect(isRecorded(policy, route, name)).toBe(true)
  })

  test.each([
    [newRelease, 'env'],
    [newRelease, 'description'],
    [registry, 'username'],
    ['PUT /apps/{app}', 'parameters.FOO'],
    ['POST /apps/{app}/builds', 'url'],
    ['POST /certificates', 'pub'],
    ['PUT /apps/{app}/configs/{name}', 'value'],
  ])('%s does not record %s', (route, name) => {
    expect(isRecorded(policy, route, name)).toBe(false)
  })

  test('contains no value with a secret name', () => {
    for (const route of rackRoutes) {
      const recorded = recordableNames(route).filter((name) => isRecorded(policy, route.id, name))
      expect(recorded.filter(policy.isSecretParameter)).toEqual([])
      expect(recorded.filter((name) => !isRecordable(name))).toEqual([])
    }
  })
})

test('a route takes each parameter from one source', () => {
  for (const { id, query, form, headers } of rackRoutes) {
    const names = [...query, ...form, ...headers.map((name) => name.toLowerCase())]
    expect(new Set(names).size, id).toBe(names.length)
  }
})

describe('a rule', () => {
  const policy = policyOf(
    'audit:',
    '  values:',
    '    sizes: { permissions: [service:*], parameters: [COUNT, mem*], racks: [prod*], apps: [web] }',
    `    again: { routes: ["${scale}"], parameters: [cpu], racks: [production] }`,
    '    pairs: { routes: ["PUT /apps/{app}"], parameters: [parameters.node_*] }',
  )

  test.each([
    ['count', { rack: 'production' }, true],
    ['Count', { rack: 'production' }, true],
    ['memory', { rack: 'production' }, true],
    ['cpu', { rack: 'production', app: 'api' }, true],
    ['count', { rack: 'staging' }, false],
    ['count', { rack: 'production', app: 'api' }, false],
    ['gpu', { rack: 'production' }, false],
  ])('%s in %j: %s', (name, where, recorded) => {
    expect(isRecorded(policy, scale, name, where)).toBe(recorded)
  })

  test('replaces the built-in rules, and includes values in pairs', () => {
    expect(isRecorded(policy, promote, 'force')).toBe(false)
    expect(isRecorded(policy, 'PUT /apps/{app}', 'parameters.node_type')).toBe(true)
    expect(isRecorded(policy, 'PUT /apps/{app}', 'lock')).toBe(false)
  })

  test('is not evaluated for other routes', () => {
    const route = routesById.get(promote)
    expect(route && policy.valuesRecorded({ route, rack: 'production', app: 'web' })).toBeNull()
    expect(route && policyOf('audit: { values: {} }').valuesRecorded({ route, rack: 'a', app: 'web' })).toBeNull()
  })
})

test.each([
  ['audit: {}', 2, 1, 'audit has no values; it should be a mapping of IDs to value rules'],
  ['audit: { values: { a: {} } }', 2, 20, 'audit.values.a has no parameters'],
  ['audit: { values: { a: { parameters: [] } } }', 2, 25, 'is empty, so it would match nothing'],
  ['audit: { values: { a: { parameter: [count] } } }', 2, 25, 'audit.values.a.parameter is not known here'],
  [
    'audit: { values: { a: { parameters: [count, cuont] } } }',
    2,
    25,
    '"cuont", which is not a parameter of any of its routes',
  ],
  ['audit: { values: { a: { parameters: [env] } } }', 2, 25, '"env", whose value is never recorded'],
  [
    'audit: { values: { a: { parameters: [x], routes: [PUT /x] } } }',
    2,
    42,
    '"PUT /x", which is not a route of the rack',
  ],
  ['audit: { values: { a: { parameters: [count], permissions: [a:b] } } }', 2, 46, 'permission "a:b"'],
  [
    `audit: { values: { a: { parameters: [count], permissions: [app:list], routes: ["${scale}"] } } }`,
    2,
    20,
    'applies to no route of the rack',
  ],
  ['audit: { values: { a: { parameters: [count], racks: [""] } } }', 2, 20, 'an empty pattern'],
])('%s is rejected, with its position', (section, line, column, text) => {
  const { problems } = readPolicy(`version: 1\n${section}`, 'policy.yaml')
  expect(problems.length).toBeGreaterThan(0)
  expect(problems.some((problem) => problem.text.includes(text))).toBe(true)
  expect(problems.map((problem) => [problem.line, problem.column])).toContainEqual([line, column])
})
