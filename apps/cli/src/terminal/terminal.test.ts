import { expect, test } from 'vitest'
import { printable } from './terminal.ts'

test('untrusted text cannot control the terminal, or reverse or hide text', () => {
  expect(printable('\u001b]52;c;ZXZpbA==\u0007ok\r\n')).toBe('\uFFFD]52;c;ZXZpbA==\uFFFDok\uFFFD\uFFFD')
  expect(printable('\u009b31m\u202Egnp\u200B')).toBe('\uFFFD31m\uFFFDgnp\uFFFD')
  expect(printable('über-rack 日本')).toBe('über-rack 日本')
})
