import { expect, test } from 'vitest'
import { invalidNamePlaceholder, recordedKey } from './key-names.ts'

test.each(['A', 'PCI_ZONE', '_x', 'app.name', 'a-b', 'A'.repeat(128)])('%s is a variable name', (key) => {
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
])('%j is not a variable name and is replaced', (key) => {
  expect(recordedKey(key)).toBe(invalidNamePlaceholder)
})
