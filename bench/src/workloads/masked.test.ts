import { expect, test } from 'vitest'
import { withMasks } from './masked.ts'

const open = [
  { id: 'RB', env: 'A=1\nB=2', build: 'B' },
  { id: 'RA', env: '', build: 'B' },
]
const masked = (env: string) => [{ ...open[0], env }, open[1]]

test('masks replace all values', () => {
  const shown = masked('A=[hidden:RB:x1]\nB=[hidden:RB:x-_]')
  expect(withMasks(open, shown, 2)).toEqual(shown)
})

test('other differences are not copied', () => {
  const shown = [{ ...open[0], env: 'A=[hidden:RB:x]\nB=[hidden:RB:x]', build: 'other' }, open[1]]
  expect(withMasks(open, shown, 2)).not.toEqual(shown)
})

test.each([
  ['A=[hidden:RB:x]\nB=2', 'a value of RB is not masked'],
  ['A=[hidden:RC:x]\nB=[hidden:RB:x]', 'a value of RB is not masked'],
  ['A=[hidden:RB:x]', 'other names'],
  ['A=[hidden:RB:x]\nC=[hidden:RB:x]', 'other names'],
])('%j is refused', (env, message) => {
  expect(() => withMasks(open, masked(env), 2)).toThrow(message)
})

test('another number of masks is refused', () => {
  expect(() => withMasks(open, masked('A=[hidden:RB:x]\nB=[hidden:RB:x]'), 50)).toThrow('2 values are masked')
  expect(() => withMasks(open, { error: 'x' }, 2)).toThrow('not a list')
})
