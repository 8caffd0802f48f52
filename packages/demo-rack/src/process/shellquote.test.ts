import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fixture } from '../testing/client.ts'
import { splitCommand } from './shellquote.ts'

interface Vector {
  readonly command: string
  readonly argv: string[] | null
  readonly error?: string
}

const vectors: Vector[] = JSON.parse(readFileSync(fixture('argv.json'), 'utf8'))

describe('a command is split as the recorded rack splits it', () => {
  test.each(vectors.map((vector) => [JSON.stringify(vector.command), vector] as const))(
    '%s',
    (_, { command, argv, error }) => {
      if (argv === null) expect(() => splitCommand(command)).toThrow(error)
      else expect(splitCommand(command)).toEqual(argv)
    },
  )
})

test('single quotes carry any word unchanged', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' })), (words) => {
      const quoted = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`)
      expect(splitCommand(quoted.join(' '))).toEqual(words)
    }),
  )
})

test('any text is either split or refused with a reason, and never loops', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', ' ', '\n', '\t', '"', "'", '\\', '$') }), (command) => {
      try {
        expect(splitCommand(command).every((word) => typeof word === 'string')).toBe(true)
      } catch (error) {
        expect(String(error)).toContain('Unterminated')
      }
    }),
  )
})
