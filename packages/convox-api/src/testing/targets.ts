import fc from 'fast-check'
import { rackRoutes } from '../routes/routes.ts'
import type { RackRoute } from '../routes/types.ts'

/** Segments that routers often read differently: words of routes, dots, escapes, other scripts, empty ones. */
const ambiguousSegment = fc.constantFrom(
  '',
  '.',
  '..',
  '...',
  '%2e%2e',
  '%2E',
  '%2f',
  '%2F',
  '%5c',
  '%00',
  '%20',
  '%C3%A9',
  '%c3%a9',
  '%FF',
  '%61pps',
  'a b',
  'a;b',
  '\\',
  'é',
  'a.tgz',
  '.tgz',
  'a.tgz.tgz',
  'https:',
  'index.docker.io',
  'apps',
  'objects',
  'registries',
  'releases',
  'builds',
  'import',
  'generate',
  'keyroll',
  'APPS',
  'rack',
  'logs',
  'exec',
)
const word = fc.stringMatching(/^[A-Za-z0-9._~!$&'()*+,=:@-]{1,12}$/)
const keyPart = fc.oneof(word, fc.constantFrom('', '%20', '%5B1%5D', '%C3%A9', '%FF%FE', '%7B', 'a%20b'))
const segment = fc.oneof({ weight: 4, arbitrary: word }, { weight: 1, arbitrary: ambiguousSegment })

/** A route's path with parameters, mostly canonical ones. */
function filled(path: string): fc.Arbitrary<string> {
  const parts = path.split('/').map((part) => {
    if (part.includes(':.*}')) return fc.array(keyPart, { maxLength: 4 }).map((keys) => keys.join('/'))
    if (part.startsWith('{')) return segment.map((value) => value + part.slice(part.indexOf('}') + 1))
    return fc.oneof({ weight: 30, arbitrary: fc.constant(part) }, { weight: 1, arbitrary: segment })
  })
  return fc.tuple(...parts).map((values) => values.join('/'))
}

const method = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH', 'get')
const kind = fc.constantFrom<RackRoute['kind']>('http', 'websocket')
const route = fc.constantFrom(...rackRoutes)

const segmentsPath = fc.array(segment, { maxLength: 7 }).map((segments) => `/${segments.join('/')}`)
const binaryPath = fc.string({ unit: 'binary', maxLength: 20 }).map((text) => `/${text}`)
const prefix = fc.oneof(
  { weight: 4, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: fc.constantFrom('/rack/staging', '/rack/STAGING', '/rack', '/rack/..', '/rack/') },
)
const query = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('', '?', '?limit=1', '?limit=1?') },
  { weight: 1, arbitrary: fc.stringMatching(/^\?[!-~]{0,10}$/) },
)

/** Calls that match a route or nearly match one. */
export const anyCall = fc.oneof(
  {
    weight: 6,
    arbitrary: route.chain((entry) =>
      call(filled(entry.path), entry.method === 'ANY' ? 'GET' : entry.method, entry.kind),
    ),
  },
  { weight: 1, arbitrary: call(fc.oneof(segmentsPath, binaryPath), 'GET', 'http') },
)

export const anyTarget = anyCall.map(({ target }) => target)

function call(path: fc.Arbitrary<string>, usualMethod: string, usualKind: RackRoute['kind']) {
  return fc.record({
    target: fc.tuple(prefix, path, query).map((parts) => parts.join('')),
    method: fc.oneof({ weight: 5, arbitrary: fc.constant(usualMethod) }, { weight: 1, arbitrary: method }),
    kind: fc.oneof({ weight: 5, arbitrary: fc.constant(usualKind) }, { weight: 1, arbitrary: kind }),
  })
}
