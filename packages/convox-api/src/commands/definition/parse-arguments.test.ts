import { describe, expect, test } from 'vitest'
import { duration, list, number, text, toggle } from './flags.ts'
import { parseArguments } from './parse-arguments.ts'

const known = [
  text('app', 'a'),
  toggle('detach', 'd'),
  toggle('wait', 'w'),
  number('limit', 'l'),
  duration('since'),
  list('build-args'),
]

function parse(...words: string[]) {
  const parsed = parseArguments(words, known)
  if (parsed === 'help') return 'help'
  if ('unpredictable' in parsed) return 'not understood'
  return { args: parsed.args, flags: Object.fromEntries(parsed.flags) }
}

describe('flags and arguments are separated as convox separates them', () => {
  test.each([
    [['x'], { args: ['x'], flags: {} }],
    [['--app', 'web', 'x'], { args: ['x'], flags: { app: ['web'] } }],
    [['x', '--app=web'], { args: ['x'], flags: { app: ['web'] } }],
    [['--app=a=b'], { args: [], flags: { app: ['a=b'] } }],
    [['--app='], { args: [], flags: { app: [''] } }],
    [['-a', 'web'], { args: [], flags: { app: ['web'] } }],
    [['-aweb'], { args: [], flags: { app: ['web'] } }],
    [['-a=web'], { args: [], flags: { app: ['web'] } }],
    [['-a='], { args: [], flags: { app: ['='] } }],
    [['-a', '-d'], { args: [], flags: { app: ['-d'] } }],
    [['-a', '--', 'x'], { args: ['x'], flags: { app: ['--'] } }],
    [['-dw'], { args: [], flags: { detach: ['true'], wait: ['true'] } }],
    [['-dla', 'x'], 'not understood'],
    [['-dl2', 'x'], { args: ['x'], flags: { detach: ['true'], limit: ['2'] } }],
    [['-da', 'web', 'x'], { args: ['x'], flags: { detach: ['true'], app: ['web'] } }],
    [['--detach', 'true'], { args: ['true'], flags: { detach: ['true'] } }],
    [['--detach=false'], { args: [], flags: { detach: ['false'] } }],
    [['-d=false'], { args: [], flags: { detach: ['false'] } }],
    [['-', ''], { args: ['-', ''], flags: {} }],
    [['x', '--', '--app', '-z', '--'], { args: ['x', '--app', '-z', '--'], flags: {} }],
    [['-a', 'one', '-a', 'two'], { args: [], flags: { app: ['two'] } }],
    [['--build-args', 'A=1', '--build-args=B=2'], { args: [], flags: { 'build-args': ['A=1', 'B=2'] } }],
    [['--limit', '-1'], { args: [], flags: { limit: ['-1'] } }],
    [['--since', '1h30m'], { args: [], flags: { since: ['1h30m'] } }],
    [['--help'], 'help'],
    [['--help=no'], 'help'],
    [['-h'], 'help'],
    [['-wh'], 'help'],
    [['--strange', '--help'], 'not understood'],
    [['--', '--help'], { args: ['--help'], flags: {} }],
  ])('%j', (words, expected) => {
    expect(parse(...words)).toEqual(expected)
  })

  test.each([
    [['--strange']],
    [['-z']],
    [['-dz']],
    [['-d=']],
    [['--app']],
    [['-a']],
    [['---app=x']],
    [['--=x']],
    [['--Detach']],
    [['--limit', 'two']],
    [['--limit', '1e3']],
    [['--limit', '99999999999999999999']],
    [['--since', '5 minutes']],
    [['-test.v']],
    [['--__proto__=x']],
    [['--constructor', 'x']],
    [['-é']],
  ])('%j is not understood', (words) => {
    expect(parse(...words)).toBe('not understood')
  })
})
