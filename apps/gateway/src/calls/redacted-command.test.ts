import { redactCommand } from '@rack-gateway/convox-api'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRedactedCommand } from './redacted-command.ts'

const view = { isSecret: (name: string) => /password/i.test(name), rackToken: 'racktokenracktoken' }

test.each([
  ['a URL', 'postgres://user:s3cr3tpassword@db/app'],
  ['an option', '--password s3cr3tpassword'],
  ['a quoted option', '--password "s3cr3tpassword s3cr3tpassword"'],
  ['an assignment', 'PASSWORD=s3cr3tpassword'],
  ['the rack token', 'racktokenracktoken'],
  ['a credential', 'AKIAIOSFODNN7EXAMPLE'],
])('a command that is too long is shortened without a part of %s, wherever the secret is', (_, secret) => {
  for (let before = 8_192 - secret.length - 2; before <= 8_194; before++) {
    const words = [`${'x '.repeat(before / 2)}${secret} ${'y'.repeat(40_000)}`]
    const { words: shown, hidden } = createRedactedCommand(words, view)
    expect(hidden).toBe(true)
    expect(shown.at(-1)).toBe('[shortened]')
    expect(shown.join(' ').length).toBeLessThan(8_300)
    expect(shown.join(' ')).not.toMatch(/s3cr3t|racktoken|IOSFODNN7/)
  }
})

test('a long word without white space is left out', () => {
  expect(createRedactedCommand([`${'x'.repeat(9_000)}s3cr3t`], view).words).toEqual(['', '[shortened]'])
})

test('a command that is not too long is redacted whole', () => {
  const word = fc.constantFrom('rake', 'PASSWORD=x', '--password', 'x', 'a'.repeat(1_000))
  fc.assert(
    fc.property(fc.array(word, { maxLength: 8 }), (words) => {
      expect(createRedactedCommand(words, view).words).toEqual(redactCommand(words, view))
    }),
  )
})
