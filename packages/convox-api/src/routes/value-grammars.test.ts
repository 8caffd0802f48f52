import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { rackRoutes, routesById } from './routes.ts'
import { checkFormValues } from './value-grammars.ts'

const create = 'POST /apps/{app}/builds'
const update = 'PUT /apps/{app}/builds/{id}'
const image = 'POST /apps/{app}/builds/{id}/image'
const release = 'POST /apps/{app}/releases'
const promote = 'POST /apps/{app}/releases/{id}/promote'

function errorOf(id: string, form: Readonly<Record<string, string>>, app = 'web') {
  const route = routesById.get(id)
  if (!route) throw new Error(`no route ${id}`)
  return checkFormValues(route, { app }, new Map(Object.entries(form)))
}

describe('values of the stock CLI are accepted', () => {
  test.each<[string, Record<string, string>]>([
    [
      create,
      {
        url: 'object://web/tmp/0123456789abcdef0123456789abcd.tgz',
        'build-args': 'A=1,B=two=2,RAILS_ENV="test one",EMPTY=,PATH_LIKE=/a/b:c,MAIL=a@b.c,PRICE=$5',
        description: 'build 0123456789 Überarbeite "alles"\tund\nmehr \x1b[2J $(B)',
        development: 'false',
        external: 'true',
        manifest: 'deploy/convox.staging.yml',
        'no-cache': 'true',
        'wildcard-domain': 'false',
        'git-sha': 'a'.repeat(40),
      },
    ],
    [create, { url: '', external: 'true', 'build-args': '', manifest: '' }],
    [
      update,
      {
        ended: '20261124.225749.000000000',
        started: '20261124.225749.000000000',
        entrypoint: "docker-entrypoint.sh 'a b'",
        logs: 'object://web/build/BABCDEFGHIJ/logs',
        manifest: 'services:\n  web:\n    build: .\n',
        release: 'RABCDEFGHIJ',
        status: 'complete',
      },
    ],
    [image, { image: 'registry.example.com:5000/team/web:v1.2-rc+3@sha256:abcd', 'src-creds-user': 'u' }],
    [image, { image: 'alpine', 'src-creds-pass': 'p a$(s)s' }],
    [release, { build: 'BABCDEFGHIJ', env: 'A=$(B)\n\x1b', description: 'd', 'parent-release': 'RABC' }],
    [promote, { force: 'false', development: 'false', idle: 'true', min: '50', max: '200', timeout: '1800' }],
  ])('%s %j', (id, form) => {
    expect(errorOf(id, form)).toBeNull()
  })
})

describe('a build argument that could disclose the build’s environment is rejected', () => {
  test.each([
    ['a name without a value, which the build takes from its environment', 'RACK_URL'],
    ['a name without a value after an argument', 'A=1,BUILD_AUTH'],
    ['a name without a value after a comma', 'A=one,two'],
    ['an empty name', '=x'],
    ['an empty argument', 'A=1,,B=2'],
    ['a reference that Kubernetes replaces', 'A=$(RACK_URL)'],
    ['a reference in quotes', 'A="$(RACK_URL)"'],
    ['a reference that quotes hide', 'A="$"(RACK_URL)'],
    ['a reference that an escape hides', 'A=$\\(RACK_URL)'],
    ['another option of the build', 'A=1 -url dir:///'],
    ['another option after a line break', 'A=1\n-manifest x'],
    ['another option after a tab', 'A=1\t-manifest x'],
    ['an option instead of an argument', '-url=dir:///'],
    ['a quote that ends early', 'A="x" -url dir:///"'],
    ['an open quote', "A='x"],
    ['an escape', 'A=x\\ -url'],
    ['a control character', 'A=\x01'],
    ['a Unicode line separator', 'A=x\u2028y'],
  ])('%s', (_what, args) => {
    expect(errorOf(create, { 'build-args': args })).toEqual({
      rule: 'invalid-parameter',
      reason: expect.stringContaining('build-args must be NAME=value'),
      remedy: 'Write --build-args NAME=value.',
    })
  })

  test('the rack reads each accepted argument as one word with a value and without a reference', () => {
    const text = fc.string({ unit: fc.constantFrom(...'AB=,$() \'"\\-\n\t/x'), maxLength: 14 })
    fc.assert(
      fc.property(text, (args) => {
        if (errorOf(create, { 'build-args': args }) !== null || args === '') return
        for (const item of args.split(',')) {
          expect(item).toMatch(/^[A-Za-z_][A-Za-z0-9_.-]*=/)
          expect(wordsOf(item)).toHaveLength(1)
          expect(wordsOf(item).join()).not.toContain('$(')
        }
      }),
    )
  })
})

/** Splits a command into words as the rack does: with quotes and backslashes as in a shell. */
function wordsOf(text: string): string[] {
  const words = text.match(/(?:\\.|'[^']*'|"(?:\\.|[^"\\])*"|[^ \n\t'"\\])+|['"\\]/gs) ?? []
  return words.map((word) => word.replaceAll(/['"]/g, '').replaceAll('\\', ''))
}

describe('a manifest is a relative path inside the source', () => {
  test.each([
    '../../../../proc/self/environ',
    'a/../../b',
    '..',
    '.',
    './convox.yml',
    'a/./b',
    '/proc/self/environ',
    'a//b',
    'a/',
    'convox.yml\0',
    'a\\..\\b',
    '$(BUILD_AUTH)',
    '%2e%2e/x',
    'a b.yml',
  ])('%j is rejected', (manifest) => {
    expect(errorOf(create, { manifest })?.rule).toBe('invalid-parameter')
  })

  test.each(['...', 'a..b', '.convox/x.yml', 'a/.b'])('%j is accepted', (manifest) => {
    expect(errorOf(create, { manifest })).toBeNull()
  })
})

describe.each([
  [create, 'url'],
  [update, 'logs'],
])('on %s, the URL in %s must be an object of the same app', (id, name) => {
  test.each(['object://billing/tmp/38d3.tgz', 'object://webx/a', 'object://Web/a', 'object://web.local/a'])(
    'the URL %j of another app is rejected',
    (url) => {
      expect(errorOf(id, { [name]: url })?.rule).toBe('foreign-object')
    },
  )

  test.each([
    'dir:///',
    'file:///etc/passwd',
    'https://github.com/acme/web.git#main',
    'http://169.254.169.254/latest',
    'OBJECT://web/a',
    ' object://web/a',
    '\tobject://web/a',
    'object:web/a',
    'object:/web/a',
    'object:///a',
    'object://web',
    'object://web/',
    'object://web//a',
    'object://web/../billing/a',
    'object://web/a/..',
    'object://web/a/../../../proc/self/environ',
    'object://web/./a',
    'object://web/%2e%2e/billing/a',
    'object://web/%2E./billing/a',
    'object://web/..%2fbilling/a',
    'object://web/a%00',
    'object://web\\@billing/a',
    'object://web@billing/a',
    'object://web:x@billing/a',
    'object://web:80/a',
    'object://web/a?x=1',
    'object://web/a#x',
    'object://web/$(BUILD_AUTH)',
    'object://web/a b',
    '/tmp/a.tgz',
    'tmp/a.tgz',
  ])('the URL %j is rejected', (url) => {
    expect(errorOf(id, { [name]: url })?.rule).toBe('invalid-parameter')
  })

  test('for every accepted URL, a URL parser finds this app and an unchanged path', () => {
    const part = fc.string({ unit: fc.constantFrom(...'web./%2eF@:?#\\$()'), maxLength: 12 })
    fc.assert(
      fc.property(part, (rest) => {
        const url = `object://web${rest}`
        if (errorOf(id, { [name]: url }) !== null) return
        const read = new URL(url)
        expect([read.host, decodeURIComponent(read.pathname)]).toEqual(['web', rest])
      }),
    )
  })

  test('an app whose name looks like an authority is rejected', () => {
    expect(errorOf(id, { [name]: 'object://web:x@billing/a' }, 'web:x@billing')).not.toBeNull()
  })
})

test.each<[string, string, readonly string[]]>([
  [create, 'git-sha', ['$(RACK_URL)', 'main', 'abc', `${'a'.repeat(65)}`]],
  [create, 'wildcard-domain', ['1', 'TRUE', 'yes', '$(A)']],
  [create, 'external', ['t']],
  [update, 'entrypoint', ['\x1b[2J', 'a\x7f']],
  [update, 'status', ['done', 'RUNNING']],
  [update, 'release', ['../R1', 'R1/x', 'R 1']],
  [update, 'ended', ['2026-11-24T00:00:00Z', '1']],
  [
    image,
    'image',
    [
      '-x',
      '--authfile',
      'a//b',
      'a@-b',
      'a:-b',
      'a/-b',
      'a::b',
      'a@@b',
      'a:@b',
      'a/@b',
      'a:',
      'a@',
      'a/',
      'a b',
      'a$(B)',
    ],
  ],
  [release, 'build', ['../B1', 'B1?x', 'B1/logs']],
  [release, 'parent-release', ['R1\n', '..']],
  [promote, 'timeout', ['-1', '1.5', '1e3', '0x1', '9'.repeat(10)]],
  [promote, 'force', ['True']],
])('%s rejects these values of %s: %j', (id, name, values) => {
  for (const value of values)
    expect([value, errorOf(id, { [name]: value })?.rule]).toEqual([value, 'invalid-parameter'])
})

test('an error names the parameter and its grammar, and contains no part of the value', () => {
  const error = errorOf(create, { manifest: '../s3cr3t' })
  expect(error?.reason).toMatch(/^The parameter manifest must be a relative path inside the source, such as /)
  expect(JSON.stringify(error)).not.toContain('s3cr3t')
})

test('every form value of builds and releases has a grammar', () => {
  const routes = rackRoutes.filter(({ path }) => /^\/apps\/\{app\}\/(?:builds|releases)/.test(path))
  expect(routes.filter(({ body }) => body === 'form')).toHaveLength(5)
  for (const { form, values } of routes) expect(Object.keys(values).sort()).toEqual([...form].sort())
})

test('the time is bounded for long values', () => {
  const long = 'a'.repeat(1_000_000)
  const before = process.cpuUsage().user
  for (const [id, form] of [
    [create, { manifest: `${long}/` }],
    [create, { url: `object://web/${long}/` }],
    [create, { 'build-args': `A=${long} ` }],
    [create, { 'build-args': `${'A=1,'.repeat(250_000)}B` }],
    [image, { image: `${long}/` }],
  ] as const) {
    expect(errorOf(id, form)).not.toBeNull()
  }
  expect(process.cpuUsage().user - before).toBeLessThan(2_000_000)
})
