import { expect, test } from 'vitest'
import { readCanWords } from './can-words.ts'

const base = { format: 'text', as: null, rack: null }

test.each([
  [['ps'], { command: ['ps'] }],
  [['--json', 'ps', '-a', 'web'], { format: 'json', command: ['ps', '-a', 'web'] }],
  [['--as', 'ada@example.com', 'ps'], { as: 'ada@example.com', command: ['ps'] }],
  [['--as=ada@example.com', '--json', 'ps'], { as: 'ada@example.com', format: 'json', command: ['ps'] }],
  [['--rack', 'staging', 'ps'], { rack: 'staging', command: ['ps'] }],
  [['-r=staging', 'ps'], { rack: 'staging', command: ['ps'] }],
  [['ps', '--rack', 'staging'], { rack: 'staging', command: ['ps', '--rack', 'staging'] }],
  [['--', 'racks'], { command: ['racks'] }],
  [['exec', 'p', 'ls', '--', '--as', 'x'], { command: ['exec', 'p', 'ls', '--', '--as', 'x'] }],
  [['run', 'web', 'ls', '--json'], { command: ['run', 'web', 'ls', '--json'] }],
])('%j', (words, read) => {
  expect(readCanWords(words, null)).toEqual({ ...base, ...read })
})

test('a rack before can is the same as one after it, and not another one', () => {
  expect(readCanWords(['ps'], 'staging').rack).toBe('staging')
  expect(() => readCanWords(['ps', '-r', 'production'], 'staging')).toThrow('two racks')
})

test.each([
  [[], 'say which command'],
  [['--json'], 'say which command'],
  [['--as', 'ada@example.com'], 'say which command'],
  [['--as'], '--as needs'],
  [['--as=', 'ps'], '--as needs'],
  [['--all', 'ps'], 'has no flag --all of its own'],
])('%j is refused', (words, complaint) => {
  expect(() => readCanWords(words, null)).toThrow(complaint)
})
