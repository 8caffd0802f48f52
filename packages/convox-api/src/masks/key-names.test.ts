import { expect, test } from 'vitest'
import { notAName, recordedKey } from './key-names.ts'

test.each(['A', 'PCI_ZONE', '_x', 'app.name', 'a-b', 'A'.repeat(128)])('%s is the name of a variable', (key) => {
  expect(recordedKey(key)).toBe(key)
})

test.each([
  '"private_key": "-----BEGIN PRIVATE KEY-----\\nMIIE',
  'PEMBODY3:CCCC',
  'MIIE/x+y',
  '4abc',
  'A B',
  '\ufeffA',
  'A\n',
  '',
  'A'.repeat(129),
])('%j is none, and nothing of it is recorded', (key) => {
  expect(recordedKey(key)).toBe(notAName)
})
