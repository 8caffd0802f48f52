import { describe, expect, test } from 'vitest'
import { readTarget } from './target.ts'

describe('a target is read as Go reads it', () => {
  test.each([
    ['/apps?', '/apps', ''],
    ['/apps?x=1?', '/apps', 'x=1?'],
    ['/%61pps', '/apps', ''],
    ['/apps%2fmyapp', '/apps/myapp', ''],
    ['/apps/%252f', '/apps/%2f', ''],
    ['/apps/../system', '/apps/../system', ''],
    ['/apps/a%3Fb', '/apps/a?b', ''],
    ['/apps/a#frag', '/apps/a#frag', ''],
    ['/apps/%00', '/apps/\x00', ''],
    ['//apps', '//apps', ''],
    ['/apps?%zz', '/apps', '%zz'],
    ['http://evil.test/apps?x', '/apps', 'x'],
    ['HTTP://user@evil.test:1/apps', '/apps', ''],
    ['http://evil.test', '', ''],
  ])('%s', (raw, path, query) => {
    expect(readTarget(raw)).toEqual({ path, query })
  })

  test.each(['/apps/%zz', '/apps/%', '/apps/%4', '/a b', '/a\tb', 'apps', ''])('%j is no target', (raw) => {
    expect(readTarget(raw)).toBeNull()
  })
})
