import { expect, test } from 'vitest'
import { validateFactorsSearch } from './factors-search.ts'

test('the address has the open dialog, its factor, and the request that a person came from', () => {
  const search = { dialog: 'remove', item: 'f1', from: '/gateway/step-up?id=1&callback=http%3A%2F%2F127.0.0.1%3A1' }
  expect(validateFactorsSearch(search)).toEqual(search)
})

test.each([
  'other-tab',
  '/gateway/',
  '/gateway/people/tokens?dialog=create&q=a%20b',
  '/gateway/apps/staging/my-app.v2/environment',
  '/gateway/audit?q=actor%3Aada',
])('the address %j leads back', (from) => {
  expect(validateFactorsSearch({ from })).toEqual({ from })
})

test.each([
  'https://evil.example/gateway/step-up?id=1',
  '//evil.example/gateway/step-up?id=1',
  'javascript:alert(1)',
  '/gateway/step-up/../auth/logout?x=1',
  '/gateway/auth/logout',
  '/gateway/people/../auth/logout',
  '/gateway/people/%2e%2e/auth/logout',
  '/gateway/people/.%2E/auth/logout',
  '/gateway//evil.example',
  '/gateway/api/v1/me',
  '/gateway/second-factors?from=other-tab',
  '/gateway/step-up?id=1\\evil',
])('the address %j leads nowhere', (from) => {
  expect(validateFactorsSearch({ from })).toEqual({})
})
