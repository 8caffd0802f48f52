import { expect, test } from 'vitest'
import { abilitiesText } from './abilities.ts'

test.each([
  [[], ''],
  [['app:list', 'log:read'], 'Read'],
  [['app:list', 'release:promote', 'process:exec-any'], 'Deploy, run commands'],
  [['gateway:audit:read', 'env:write'], 'Change the environment, read the audit log'],
])('%j: %s', (permissions, text) => {
  expect(abilitiesText(permissions)).toBe(text)
})
