import { describe, expect, test } from 'vitest'
import { compileRules } from './compile-rules.ts'
import { InvalidCommandRules } from './errors.ts'
import type { ArgvWord, CommandRule } from './types.ts'

function rule(change: Partial<CommandRule>): CommandRule {
  return { id: 'one', argv: ['rake'], services: ['command'], roles: ['deployer'], ...change }
}
const letters: ArgvWord = [...'abcdefghij']

describe('compiling rules', () => {
  test('an empty list is valid and allows no command', () => {
    expect(compileRules([]).all).toEqual([])
  })

  test.each<[string, CommandRule]>([
    ['more than 100 words', rule({ argv: Array.from({ length: 101 }, () => 'x') })],
    ['which does not exist', rule({ argv: [{ name: 'x', type: 'toString' as 'word' }] })],
    ['needs an ID', rule({ id: '' })],
    ['needs an ID', rule({ id: 'With Space' })],
    ['needs an ID', rule({ id: 'per%cent' })],
    ['uses for its own denials', rule({ id: 'no-rule' })],
    ['has no words', rule({ argv: [] })],
    ['has a * without text before it', rule({ argv: ['rake', { prefix: '' }] })],
    ['has "--trace*", which begins with a dash', rule({ argv: ['rake', { prefix: '--trace' }] })],
    ['before the * there can be at most 200', rule({ argv: [{ prefix: 'a;' }] })],
    ['before the * there can be at most 200', rule({ argv: [{ prefix: 'r\u00e9ke' }] })],
    ['before the * there can be at most 200', rule({ argv: [{ prefix: 'a b' }] })],
    ['before the * there can be at most 200', rule({ argv: [{ prefix: 'x'.repeat(201) }] })],
    ['has "..." before its last word', rule({ argv: [{ rest: true }, 'rake'] })],
    ['without choices', rule({ argv: ['rake', []] })],
    ['printable ASCII', rule({ argv: [''] })],
    ['printable ASCII', rule({ argv: ['réke'] })],
    ['printable ASCII', rule({ argv: ['rake', ['a', 'b\n']] })],
    ['more than 1000 commands', rule({ argv: [letters, letters, letters, ['a', 'b']] })],
    ['names no service', rule({ services: [] })],
    ['names no role', rule({ roles: [] })],
  ])('a rule that %s is rejected', (problem, bad) => {
    expect(() => compileRules([bad])).toThrow(InvalidCommandRules)
    expect(() => compileRules([bad])).toThrow(problem)
  })

  test('two rules with the same ID are rejected', () => {
    expect(() => compileRules([rule({}), rule({ argv: ['rails'] })])).toThrow(
      'the rule "one" has the ID of another rule',
    )
  })

  test('all problems are reported at once', () => {
    expect(() => compileRules([rule({ id: 'first', argv: [] }), rule({ id: 'second', roles: [] })])).toThrow(
      /first.*second/,
    )
  })

  test('a duplicate choice counts once', () => {
    expect(
      compileRules([rule({ argv: ['rake', ['a', 'a']] })])
        .root.next.get('rake')
        ?.next.get('a')
        ?.exact?.find('web'),
    ).toHaveLength(1)
  })
})
