import { expect, test } from 'vitest'
import { validateFactorsSearch } from './factors-search.ts'

test('the address has the open dialog, its factor, and the request that a person came from', () => {
  const search = { dialog: 'remove', item: 'f1', from: '/gateway/step-up?id=1&callback=http%3A%2F%2F127.0.0.1%3A1' }
  expect(validateFactorsSearch(search)).toEqual(search)
})

test.each([
  'https://evil.example/gateway/step-up?id=1',
  '//evil.example/gateway/step-up?id=1',
  'javascript:alert(1)',
  '/gateway/step-up/../auth/logout?x=1',
  '/gateway/auth/logout',
  '/gateway/step-up?id=1\\evil',
])('the address %j leads nowhere', (from) => {
  expect(validateFactorsSearch({ from })).toEqual({})
})
