import { describe, expect, test } from 'vitest'
import { findCommand, mostNameWords } from './find-command.ts'
import { everyCommand } from './table.ts'

const names = everyCommand().map(({ name }) => name)

describe('a command', () => {
  test('is in one table only', () => {
    expect(names.filter((name, place) => names.indexOf(name) !== place)).toEqual([])
  })

  test('has a name that is looked for to its end', () => {
    expect(Math.max(...names.map((name) => name.split(' ').length))).toBe(mostNameWords)
  })

  test.each(names)('%s is found by its words', (name) => {
    const found = findCommand([...name.split(' '), '--flag', 'argument'])
    expect(found).toMatchObject({ command: { name }, rest: ['--flag', 'argument'] })
  })

  test('is the one with the most words', () => {
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
  ])('is none for %j', (words) => {
    expect(findCommand(words)).toBeNull()
  })
})
