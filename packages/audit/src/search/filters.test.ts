import { Value } from 'typebox/value'
import { expect, test } from 'vitest'
import { type ExactFilter, exactFilterNames, exclusionName, FilterQuery } from './filter-query.ts'
import { readFilters } from './filters.ts'

const id = '0190aaaa-0000-7000-8000-000000000001'
const values: Readonly<Record<ExactFilter, string>> = {
  principal: 'ann@example.com',
  rack: 'staging',
  app: 'web',
  kind: 'call',
  permission: 'app:read',
  route: 'GET /apps',
  effect: 'allow',
  rule: 'role:viewer',
  status: '200',
  address: '192.0.2.7',
}

const others: typeof values = {
  principal: id,
  rack: 'production',
  app: 'api',
  kind: 'login.failed',
  permission: 'app:list',
  route: 'GET /system',
  effect: 'deny',
  rule: 'default',
  status: '5xx',
  address: '192.0.2.0/24',
}

test.each(exactFilterNames)('%s can be excluded, by the same values', (name) => {
  const query = { [exclusionName(name)]: [values[name]] }
  expect(Value.Check(FilterQuery, query)).toBe(true)
  expect(readFilters(query)).toEqual({ not: [readFilters({ [name]: values[name] })] })
})

test.each(exactFilterNames)('%s can have several values, and a value in a list is as without the list', (name) => {
  const [single, list, several] = [values[name], [values[name]], [values[name], values[name], others[name]]]
  for (const value of [single, list, several]) expect(Value.Check(FilterQuery, { [name]: value })).toBe(true)
  expect(readFilters({ [name]: list })).toEqual(readFilters({ [name]: single }))
  expect(readFilters({ [name]: several })).toEqual({
    anyOf: [[readFilters({ [name]: single }), readFilters({ [name]: others[name] })]],
  })
})

test('several values of several filters can be excluded', () => {
  expect(
    readFilters({ notPrincipal: [id, 'ann'], notStatus: ['5xx'], notAddress: ['192.0.2.0/24'], app: 'web' }),
  ).toEqual({
    app: 'web',
    not: [{ principalId: id }, { principalName: 'ann' }, { statusClass: 5 }, { block: '192.0.2.0/24' }],
  })
})

test.each([
  { notKind: ['nothing'] },
  { notKind: [] },
  { notKind: 'call' },
  { kind: [] },
  { kind: ['call', 'nothing'] },
  { app: Array.from({ length: 11 }, (_, n) => `app-${n}`) },
  { notStatus: ['600'] },
  { notApp: [''] },
  { notApp: Array.from({ length: 11 }, (_, n) => `app-${n}`) },
  { notApp: ['x'.repeat(301)] },
  { credential: 'x' },
])('%j is not a query', (query) => {
  expect(Value.Check(FilterQuery, query)).toBe(false)
})

test.each([
  [{ notAddress: ['192.0.2.1/33'] }, /notAddress is neither/],
  [{ notAddress: ["'; drop table audit.events; --"] }, /notAddress is neither/],
  [{ credential: id }, /requires the filter principal/],
])('%j is rejected with the filter that is at fault', (query, sentence) => {
  expect(() => readFilters(query)).toThrow(sentence)
})
