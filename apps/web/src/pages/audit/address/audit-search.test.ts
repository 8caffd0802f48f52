import { expect, test } from 'vitest'
import { readAuditSearch } from './audit-search.ts'

test('the address has only known parameters', () => {
  expect(readAuditSearch({ q: 'actor:ada', range: '7d', live: true, dialog: 'export' })).toEqual({
    q: 'actor:ada',
    range: '7d',
    live: true,
    dialog: 'export',
  })
  expect(readAuditSearch({ q: 404, range: '24h' })).toEqual({ q: '404' })
  expect([readAuditSearch({}), readAuditSearch({ q: '' }), readAuditSearch({ q: 'view:changes' })]).toEqual([
    {},
    { q: '' },
    {},
  ])
  expect(readAuditSearch({ q: { x: 1 }, range: 'century', live: 'yes', dialog: '__proto__', other: 1 })).toEqual({})
})
