import { expect, test } from 'vitest'
import { mergeSearch } from '../../../ui/navigation/page-search.ts'
import { validatePeopleSearch } from './people-search.ts'

test('only known parameters are read from the address, as text', () => {
  expect(validatePeopleSearch({ q: 12, open: 'a', dialog: {}, item: null, of: ['x'], other: 'y' })).toEqual({
    q: '12',
    open: 'a',
  })
  expect(validatePeopleSearch({ q: 'x'.repeat(1_000) }).q).toHaveLength(300)
})

test('empty parameters are removed from the address', () => {
  expect(mergeSearch({ q: 'a', open: 'b' }, { q: '', dialog: 'create' })).toEqual({ open: 'b', dialog: 'create' })
  expect(mergeSearch({ q: 'a', open: 'b' }, { open: undefined })).toEqual({ q: 'a' })
})
