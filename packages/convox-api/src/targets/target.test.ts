import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyTarget } from '../testing/targets.ts'
import { isTargetError, readTarget, splitRackPrefix } from './target.ts'
import { maxTargetLength } from './target-errors.ts'

function rule(raw: string): string | null {
  const read = readTarget(raw)
  return isTargetError(read) ? read.rule : null
}

function split(raw: string) {
  const read = readTarget(raw)
  if (isTargetError(read)) throw new Error(read.reason)
  return splitRackPrefix(read)
}

describe('canonical targets', () => {
  test.each([
    '/apps',
    '/apps?',
    '/apps/my-app/releases?limit=1',
    '/apps/myapp/processes?limit=1?',
    "/apps/a.b_c~d!$&'()*+,=:@-e",
    '/apps/myapp/builds/BABC.tgz?',
    '/apps/apps/processes',
    '/apps/.../x',
    '/apps/..a/x',
    '/rack/staging/apps?',
    '/gateway/api/v1/me',
    '/a?x=%zz&y=1;2&z[]=/?:@',
  ])('%s is accepted unchanged', (raw) => {
    const read = readTarget(raw)
    expect(isTargetError(read) ? read : read.path + read.search).toBe(raw)
  })

  test.each([
    '/apps/../system',
    '/apps/./web',
    '/apps/..',
    '/apps/%2e%2e/system',
    '/apps/%252e%252e/system',
    '/apps/web%2f..%2fdb',
    '/apps//web',
    '/apps/web/',
    '/',
    '/?x=1',
    '/apps;x=1/web',
    '/apps/..;/system',
    '/apps\\..\\system',
    '/apps/%5cweb',
    '/%61pps',
    '/apps/web%20',
    '/apps/web ',
    '/apps/%00',
    '/apps/a\0b',
    '/apps/a\tb',
    '/apps/a\r\nb',
    '/apps/%0d%0a',
    '/apps/%c0%ae%c0%ae/system',
    '/apps/\u00e9',
    '/apps/\uff0fweb',
    '/apps%3Fx=1',
    '/apps#x',
    '/apps?x=1#frag',
    '/apps?x=a b',
    '/apps?x="',
    '/apps?x=<',
    '/apps?x=\\',
    '/apps?x=^',
    '/apps?x={}',
    '/apps?x=|',
    '/apps?x=`',
    '/apps?x=\u00e9',
    '/apps?x=\u007f',
    '/rack//apps',
    '/rack/./apps',
    '/rack/../apps',
    '/rack/staging/../system',
    '/rack/staging/apps/%2e%2e/x',
  ])('%j is rejected', (raw) => {
    expect(rule(raw)).toBe('canonical-path')
  })

  test.each(['//apps', '//apps/web', '//evil.com/apps', '///', '/rack/staging//apps', '/rack/staging//'])(
    'the remedy for %s is to remove the slash at the end of RACK_URL',
    (raw) => {
      expect(readTarget(raw)).toMatchObject({
        rule: 'leading-double-slash',
        remedy: expect.stringContaining('Remove the slash at the end of RACK_URL'),
      })
    },
  )

  test.each(['', '*', 'apps', 'http://evil/apps', 'https://evil/apps', 'evil:443', '?x', '\\apps', ' /apps'])(
    '%j is not a path',
    (raw) => {
      expect(rule(raw)).toBe('target-form')
    },
  )

  test('a target can have 8 KiB, and no byte more', () => {
    const longest = `/apps/${'a'.repeat(maxTargetLength - 6)}`
    expect(rule(longest)).toBeNull()
    expect(rule(`${longest}a`)).toBe('target-too-long')
  })

  test('a rejection allocates no object: it returns the same one each time', () => {
    expect(readTarget('/apps/../x')).toBe(readTarget('/%61pps'))
    expect(Object.isFrozen(readTarget('*'))).toBe(true)
  })

  test('an error contains no percent sign, which the CLI would read as a format', () => {
    for (const raw of ['/a//b', '//a', '*', '/a? ', `/${'a'.repeat(9000)}`]) {
      const read = readTarget(raw)
      expect(isTargetError(read) && !read.reason.includes('%')).toBe(true)
    }
  })
})

describe('object keys and registry servers', () => {
  test.each([
    '/apps/myapp/objects/tmp/38d3.tgz?',
    '/apps/myapp/objects/',
    '/apps/myapp/objects//a//b/',
    '/apps/myapp/objects/a%20b/%22%3C%3E%5E%60%7B%7C%7D%5B%5D',
    '/apps/myapp/objects/%C3%A9%FF%80',
    '/apps/objects/objects/x/objects/y',
    '/registries/https://index.docker.io/v1/?',
    '/registries/registry.example.test?',
    '/rack/staging/registries/https://index.docker.io/v1/?',
    '/rack/staging/apps/myapp/objects/a//b%20c',
  ])('%s is accepted unchanged', (raw) => {
    const read = readTarget(raw)
    expect(isTargetError(read) ? read : read.path + read.search).toBe(raw)
  })

  test.each([
    '/apps/myapp/objects/../releases',
    '/apps/myapp/objects/a/../../x',
    '/apps/myapp/objects/a/.',
    '/apps/myapp/objects/a/..',
    '/apps/myapp/objects/a//./b',
    '/apps/myapp/objects/%2e%2e/x',
    '/apps/myapp/objects/%2E%2E/x',
    '/apps/myapp/objects/a%2Fb',
    '/apps/myapp/objects/a%25',
    '/apps/myapp/objects/a%5C',
    '/apps/myapp/objects/a%00',
    '/apps/myapp/objects/a%0A',
    '/apps/myapp/objects/a%7F',
    '/apps/myapp/objects/a%3F',
    '/apps/myapp/objects/a%23',
    '/apps/myapp/objects/a%41',
    '/apps/myapp/objects/a%c3%a9',
    '/apps/myapp/objects/a%C',
    '/apps/myapp/objects/a%',
    '/apps/myapp/objects/a%C?3',
    '/apps/myapp/objects/a%G0',
    '/apps/myapp/objects/a[1]',
    '/apps/myapp/objects/a b',
    '/apps/../objects/a',
    '/apps//objects/a',
    '/apps/my%20app/objects/a',
    '/registries/../system',
    '/registries/https://x/../../system',
    '/registries/a%2F..%2Fb',
    '/apps/myapp/objectsx//a',
    '/apps/myapp/releases/objects//a',
    '/registriesx//a',
    '/rack/staging/rack/other/registries//a',
    '/apps/x?/../objects/ ',
  ])('%s is rejected', (raw) => {
    expect(rule(raw)).toBe('canonical-path')
  })

  test('a query cannot look like an object key', () => {
    expect(rule('/apps/x//y?/objects/')).toBe('canonical-path')
    expect(rule('/apps/x?/objects/../%2e')).toBeNull()
  })
})

describe('the rack prefix of a path', () => {
  test.each([
    ['/apps?', { rack: null, path: '/apps', search: '?' }],
    ['/rack/staging/apps?x=1', { rack: 'staging', path: '/apps', search: '?x=1' }],
    ['/rack/us-east-1/system', { rack: 'us-east-1', path: '/system', search: '' }],
    ['/rack/staging/rack/production/system', { rack: 'staging', path: '/rack/production/system', search: '' }],
    ['/rack/Staging/apps', { rack: 'Staging', path: '/apps', search: '' }],
    ['/rack/staging', { rack: 'staging', path: '/', search: '' }],
    ['/rack/staging?x=/y', { rack: 'staging', path: '/', search: '?x=/y' }],
    ['/rack', { rack: null, path: '/rack', search: '' }],
    ['/racks?', { rack: null, path: '/racks', search: '?' }],
  ])('%s', (raw, expected) => {
    expect(split(raw)).toEqual(expected)
  })
})

test('an accepted target never changes', () => {
  fc.assert(
    fc.property(anyTarget, (raw) => {
      const read = readTarget(raw)
      if (isTargetError(read)) return
      expect(read.path + read.search).toBe(raw)
      const { rack, path, search } = splitRackPrefix(read)
      if (path !== '/') expect(`${rack === null ? '' : `/rack/${rack}`}${path}${search}`).toBe(raw)
    }),
  )
})

test('a URL parser that resolves dots changes no accepted path', () => {
  fc.assert(
    fc.property(anyTarget, (raw) => {
      const read = readTarget(raw)
      if (isTargetError(read)) return
      expect(new URL(`http://rack${raw}`).pathname).toBe(read.path)
    }),
  )
})
