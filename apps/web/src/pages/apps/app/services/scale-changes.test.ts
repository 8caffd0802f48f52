import { expect, test } from 'vitest'
import { scaleChanges } from './scale-changes.ts'

const current = { count: 2, cpu: 250, memory: 512 }

test.each([
  [{ count: '2', cpu: '250', memory: '512' }, {}],
  [{ count: '3', cpu: '0250', memory: '512' }, { count: 3 }],
  [
    { count: '0', cpu: '250', memory: '1024' },
    { count: 0, memory: 1024 },
  ],
  [{ count: '', cpu: '250', memory: '512' }, null],
  [{ count: '-1', cpu: '250', memory: '512' }, null],
  [{ count: '1e3', cpu: '250', memory: '512' }, null],
  [{ count: '1.5', cpu: '250', memory: '512' }, null],
])('%j', (typed, changes) => {
  expect(scaleChanges(current, typed)).toEqual(changes)
})
