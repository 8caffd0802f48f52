import { expect, test } from 'vitest'
import { InvalidName } from '../errors/errors.ts'
import { canonicalEmail, checkGroupName, checkName } from './names.ts'

test.each([
  ['Ann@Example.COM', 'ann@example.com'],
  ["o'neil+convox@example.co.uk", "o'neil+convox@example.co.uk"],
  ['root@localhost', 'root@localhost'],
])('%s is %s', (text, email) => {
  expect(canonicalEmail(text)).toBe(email)
})

test.each([
  '',
  'ann',
  '@example.com',
  'ann@',
  'a@corp.com@evil.com',
  'ann@example..com',
  'ann@.com',
  'ann @example.com',
  ' ann@example.com',
  'ann@example.com\n',
  'ann@example.com\0',
  '"ann"@example.com',
  'ann@exämple.com',
  '\u0430nn@example.com',
  '\uff41nn@example.com',
  'ADM\u0130N@example.com',
  '\u212aate@example.com',
  `${'a'.repeat(250)}@example.com`,
])('%j is no email address', (text) => {
  expect(() => canonicalEmail(text)).toThrow(InvalidName)
})

test.each(['laptop', 'Ann Laptop 2', 'ci/nightly', 'a', 'a.b_c-d+e', 'x'.repeat(100)])('%j is a name', (name) => {
  expect(checkName('name', name)).toBe(name)
})

test.each([
  '',
  'build@main',
  'admin@example.com',
  'a\u202eb',
  'a\u2028b',
  ' ',
  'a ',
  ' a',
  '-a',
  'a\nb',
  'a\0',
  'a\tb',
  '\u001b[31m',
  '=cmd|x',
  '</script>',
  'é',
  'a%sb',
  'x'.repeat(101),
])('%j is no name', (name) => {
  expect(() => checkName('name of a device', name)).toThrow(/^The name of a device is invalid/)
})

test('the name of a group can be an email address, as with some identity providers', () => {
  expect(checkGroupName('team@example.com')).toBe('team@example.com')
  for (const text of ['a\nb', 'a\u202eb', ' a', '']) expect(() => checkGroupName(text)).toThrow(InvalidName)
})
