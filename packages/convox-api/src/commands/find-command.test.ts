import { describe, expect, test } from 'vitest'
import { allCommands } from './command-tables.ts'
import { findCommand, maxNameWords } from './find-command.ts'

const names = allCommands().map(({ name }) => name)

describe('a command', () => {
  test('is in only one table', () => {
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
  })

  test('has at most maxNameWords words', () => {
    expect(Math.max(...names.map((name) => name.split(' ').length))).toBe(maxNameWords)
  })

  test.each(names)('%s is found by its words', (name) => {
    const found = findCommand([...name.split(' '), '--flag', 'argument'])
    expect(found).toMatchObject({ command: { name }, rest: ['--flag', 'argument'] })
  })

  test('is the one with the longest matching name', () => {
    expect(findCommand(['env', 'set', 'A=b'])).toMatchObject({ command: { name: 'env set' }, rest: ['A=b'] })
    expect(findCommand(['env', 'A=b'])).toMatchObject({ command: { name: 'env' }, rest: ['A=b'] })
  })

  test.each([
    [['env set', 'A=b']],
    [['env ', 'set']],
    [['toString']],
    [['__proto__']],
    [['constructor', 'name']],
    [['']],
  ])('is not found for %j', (words) => {
    expect(findCommand(words)).toBeNull()
  })
})
