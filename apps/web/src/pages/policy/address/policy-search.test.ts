import { expect, test } from 'vitest'
import { validatePolicySearch } from './policy-search.ts'

test('only known parameters are read from the address, as text', () => {
  expect(validatePolicySearch({ tab: 'matrix', q: 'promote', permission: 'release:promote', other: 'x' })).toEqual({
    tab: 'matrix',
    q: 'promote',
    permission: 'release:promote',
  })
  expect(validatePolicySearch({ tab: 'decision', app: 7, command: true, service: '' })).toEqual({
    tab: 'decision',
    app: '7',
    command: 'true',
  })
  expect(validatePolicySearch({ tab: 'would-be', since: '24h', rack: 'staging', sort: '-last' })).toEqual({
    tab: 'would-be',
    since: '24h',
    rack: 'staging',
    sort: '-last',
  })
})

test.each([
  {},
  { tab: 'document' },
  { since: '7d' },
  { tab: '__proto__', text: 'other', q: {}, as: [], route: null, since: '1y' },
])('the tab with the document is the default, and invalid values are ignored: %o', (search) => {
  expect(validatePolicySearch(search)).toEqual({})
})
