import type { RackRoute } from '@rack-gateway/convox-api'
import fc from 'fast-check'
import { usually } from './usually.ts'

const value = fc.oneof(
  fc.constantFrom(
    '',
    'true',
    'false',
    '1',
    '2',
    'a+b',
    '%20',
    'KEY%3Dvalue',
    '%E2%82%AC',
    '%25',
    '%00',
    '%26',
    '%2B',
    'a=b',
    'web',
    '*',
    '%C3%28',
  ),
  fc.stringMatching(/^[A-Za-z0-9._~*-]{0,12}$/),
)
const hostilePair = fc.constantFrom(
  ...[
    'command=sh',
    '%63ommand=sh',
    'Command=sh',
    'command=%zz',
    'tar-extra=--to-command',
    'app=otherapp',
    'app[]=otherapp',
  ],
  ...[
    'a=1;b=2',
    ';',
    '=x',
    '%zz=1',
    'x=%',
    '__proto__=1',
    'x',
    '\xc3\xa9=1',
    'a b=1',
    '?',
    '/../',
    '#x',
    'limit=1;limit=2',
  ],
)

function pairs(keys: readonly string[]): fc.Arbitrary<string> {
  if (keys.length === 0) return usually(fc.constant(''), hostilePair)
  const key = usually(
    fc.constantFrom(...keys),
    fc
      .constantFrom(...keys)
      .chain((name) =>
        fc.constantFrom(
          name.toUpperCase(),
          `${name}[]`,
          ` ${name}`,
          `%${name.charCodeAt(0).toString(16)}${name.slice(1)}`,
        ),
      ),
    15,
  )
  const pair = usually(
    fc.tuple(key, value).map(([name, text]) => `${name}=${text}`),
    hostilePair,
    15,
  )
  const distinct = fc.uniqueArray(pair, { maxLength: 3, selector: (text) => text.split('=')[0] })
  return usually(distinct, fc.array(pair, { maxLength: 4 })).map((all) => all.join('&'))
}

export function queryOf({ query, kind, body }: RackRoute): fc.Arbitrary<string> {
  const plain = kind === 'websocket' ? fc.constant('') : fc.constantFrom('?', '?', '')
  const keys =
    body === 'form' || query.length === 0
      ? plain
      : fc.oneof(
          plain,
          pairs(query).map((text) => `?${text}`),
        )
  return usually(
    keys,
    fc
      .oneof(hostilePair, pairs(['command', 'limit']))
      .chain((text) => fc.constantFrom(`?${text}`, `?${text}?`, `??${text}`, `?&${text}&`)),
    14,
  )
}

const formType = 'application/x-www-form-urlencoded'
const multipart = '--x\r\nContent-Disposition: form-data; name="command"\r\n\r\nsh\r\n--x--\r\n'

export interface Content {
  readonly type: string | null
  readonly body: string
}

export function contentOf({ body, form }: RackRoute): fc.Arbitrary<Content> {
  const none: Content = { type: null, body: '' }
  const right =
    body === 'form'
      ? usually(
          pairs(form).map((text): Content => ({ type: formType, body: text })),
          fc.constant(none),
          12,
        )
      : body === 'raw'
        ? fc.constantFrom<Content>({ type: 'application/octet-stream', body: 'command=sh' }, none)
        : fc.constantFrom<Content>(none, { type: 'application/octet-stream', body: '' })
  return usually(
    right,
    fc.constantFrom<Content>(
      { type: 'multipart/form-data; boundary=x', body: multipart },
      { type: formType, body: 'command=sh&name=x' },
      { type: `${formType}; charset=utf-8`, body: 'lock=true' },
      { type: `${formType}; charset=utf-8; charset=latin1`, body: 'lock=true' },
      { type: 'application/json', body: '{"lock":true}' },
      { type: null, body: 'lock=true' },
    ),
    14,
  )
}
