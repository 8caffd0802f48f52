import { expect, test } from 'vitest'
import { maxSavedViews, parseSavedViews } from './saved-views.ts'

test('saved views are read, without what is no view', () => {
  const view = { name: 'Denials of the week', q: 'result:deny', range: '7d' }
  const stored = JSON.stringify([view, { name: '', q: '' }, 7, null, { name: 'x' }, { name: 'y', q: '', range: 'z' }])
  expect(parseSavedViews(stored)).toEqual([view, { name: 'y', q: '' }])
  expect(parseSavedViews(JSON.stringify(Array.from({ length: 50 }, () => view)))).toHaveLength(maxSavedViews)
})

test.each([null, '', 'x', '{}', '"text"', '[[]]'])('%j has no views', (stored) => {
  expect(parseSavedViews(stored)).toEqual([])
})
