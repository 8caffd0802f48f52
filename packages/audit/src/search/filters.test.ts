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

test.each(exactFilterNames)('%s can be excluded, by the same values', (name) => {
  const query = { [exclusionName(name)]: [values[name]] }
  expect(Value.Check(FilterQuery, query)).toBe(true)
  expect(readFilters(query)).toEqual({ not: [readFilters({ [name]: values[name] })] })
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
