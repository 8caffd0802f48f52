import type { RackRoute } from '@rack-gateway/convox-api'
import fc from 'fast-check'
import { usually } from './usually.ts'

const odd = fc.constantFrom(
  ...['a,b', "o'neil", '*', 'a:b', 'user@host', '~', '$HOME', '(x)', '!', 'a=b', 'a&b', 'a+b', '...', '-', '__proto__'],
  ...[
    'apps',
    'releases',
    'processes',
    'exec',
    'logs',
    'import',
    'promote',
    'data',
    'a.tgz',
    '.tgz',
    'a.tgz.tgz',
    'keyroll',
  ],
)
const word = fc.stringMatching(/^[A-Za-z0-9._~!$&'()*+,=:@-]{1,16}$/)
const notCanonical = fc.constantFrom(
  ...[
    '',
    '.',
    '..',
    '%2e%2e',
    '%2E',
    '%2f',
    'a%2Fb',
    '%5c',
    '\\',
    '%00',
    '%0d%0a',
    '%20',
    '%C3%A9',
    '\xe9',
    '\xc3\xa9',
  ],
  ...['a b', 'a;b', '..;', '%61pps', '%6dyapp', '%', '%zz', '%252e', 'a#b', 'a|b', '{a}', '`a`', '<a>', '[a]', '^'],
)
const keyPart = fc.oneof(
  word,
  fc.constantFrom('', '%20', '%5B1%5D', '%C3%A9', '%FF%FE', '%7B', 'a%20b', 'https:', 'index.docker.io', 'v1'),
)
const brokenKeyPart = fc.constantFrom('.', '..', '%2e', '%2F', '%c3%a9', '%3F', '%23', '%0A', '%41', '%', '[', '%zz')

/** Names that the demo rack knows, by the path's parameter. */
const known: Readonly<Record<string, readonly string[]>> = {
  app: ['myapp', 'otherapp'],
  service: ['web', 'worker', 'command'],
  pid: ['web', 'worker', 'command'],
  name: ['database', 'web'],
  id: ['cert-1'],
  port: ['5432', '443'],
}

/** Real names are spared by what would delete them: later calls want them. */
function names(parameter: string, method: string): fc.Arbitrary<string> {
  const real = method === 'DELETE' ? [] : (known[parameter] ?? [])
  const fitting = real.length === 0 ? word : fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...real) }, word)
  return usually(usually(fitting, odd, 3), notCanonical, 14)
}

export function pathOf({ path, method }: RackRoute): fc.Arbitrary<string> {
  const parts = path.split('/').map((part) => {
    const [, parameter = '', rest, after = ''] = /^\{(\w+)(:\.\*)?\}(.*)$/.exec(part) ?? []
    if (parameter === '')
      return usually(fc.constant(part), fc.oneof(fc.constant(part.toUpperCase()), notCanonical), 200)
    if (rest === undefined) return names(parameter, method).map((name) => name + after)
    return fc.array(usually(keyPart, brokenKeyPart, 20), { maxLength: 4 }).map((keys) => keys.join('/'))
  })
  return fc.tuple(...parts).map((segments) => segments.join('/'))
}

export const prefix = usually(
  fc.constantFrom('', '/rack/staging'),
  fc.constantFrom('/rack/STAGING', '/rack/mars', '/rack', '/', '/rack/%73taging'),
  25,
)
