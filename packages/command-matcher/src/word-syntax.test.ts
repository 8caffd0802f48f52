import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ArgvWord } from './types.ts'
import { formatWords, parseWords } from './word-syntax.ts'
import { wordTypes } from './word-types.ts'

describe('the syntax of words', () => {
  test.each<[string, readonly ArgvWord[]]>([
    ['bin/pre_release', ['bin/pre_release']],
    ['rake db:migrate|db:seed', ['rake', ['db:migrate', 'db:seed']]],
    ['  rake   x  ', ['rake', 'x']],
    ['export <user:integer> …', ['export', { name: 'user', type: 'integer' }, { rest: true }]],
    ['sh ...', ['sh', { rest: true }]],
    ["psql -c 'select 1|2' '…'", ['psql', '-c', 'select 1|2', '…']],
    ["'<user:integer>' ''", ['<user:integer>', '']],
    ["'a<b' x>y '<' 'a*b' '*'", ['a<b', 'x>y', '<', 'a*b', '*']],
    ['rake reports:*', ['rake', { prefix: 'reports:' }]],
    ['bin/report-* <id:integer>', [{ prefix: 'bin/report-' }, { name: 'id', type: 'integer' }]],
    ['', []],
  ])('%s', (text, words) => {
    expect(parseWords(text)).toEqual({ words })
  })

  test.each([
    ["rake 'db", 'not closed'],
    ["rake 'a'b", 'text after a closing single quote'],
    ['rake a|', 'empty choice'],
    ['rake |', 'empty choice'],
    ['rake <id>', 'needs a name and a type'],
    ['rake <:integer>', 'needs a name and a type'],
    ['rake <id:int:x>', 'needs a name and a type'],
    ['rake <id:int>', 'the type "int", which does not exist; there are integer, word'],
    ['rake <id:toString>', 'which does not exist'],
    ['rake reports:<task:name>', 'has a < inside of "reports:<task:name>"'],
    ['rake <a:word>*', 'has a < inside of'],
    ['rake a|<b:word>', 'has a < inside of'],
    ['a<b', 'has a < inside of'],
    ['rake *:daily', 'has a * inside of "*:daily"'],
    ['rake reports:*:daily', 'has a * inside of'],
    ['rake reports:**', 'has a * inside of'],
    ['rake reports:*|db:*', 'has a * in the choices'],
    ['rake a|b*', 'has a * in the choices'],
  ])('%s is rejected', (text, problem) => {
    expect(parseWords(text)).toEqual({ problem: expect.stringContaining(problem) })
  })

  test('formatted words are parsed back', () => {
    const literal = fc.stringMatching(/^[ -&(-~…]{0,8}$/)
    const prefix = fc.record({ prefix: fc.stringMatching(/^[a-z:]{0,6}$/) })
    const choice = fc.array(fc.stringMatching(/^[a-z:]{1,4}$/), { minLength: 2, maxLength: 3 })
    const typed = fc.record({
      name: fc.stringMatching(/^[a-z][a-z0-9-]{0,5}$/),
      type: fc.constantFrom(...(Object.keys(wordTypes) as (keyof typeof wordTypes)[])),
    })
    fc.assert(
      fc.property(fc.array(fc.oneof(literal, choice, typed, prefix), { maxLength: 5 }), fc.boolean(), (words, open) => {
        const all: ArgvWord[] = open ? [...words, { rest: true }] : words
        expect(parseWords(formatWords(all))).toEqual({ words: all })
      }),
    )
  })
})
