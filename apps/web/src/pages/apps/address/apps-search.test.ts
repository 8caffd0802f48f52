import { expect, test } from 'vitest'
import { validateAppsSearch } from './apps-search.ts'

test('only known names are read, as text of a limited length', () => {
  expect(validateAppsSearch({ q: 12, wrap: true, open: ['a'], other: 'x', item: 'y'.repeat(400) })).toEqual({
    q: '12',
    wrap: 'true',
    item: 'y'.repeat(300),
  })
})
