export interface FidelityCase {
  readonly name: string
  readonly method: string
  readonly target: string
  /** Beside Host. Those that the table is about; each must arrive as it was sent. */
  readonly headers?: readonly (readonly [name: string, value: string])[]
  /** Beside those, of no interest. */
  readonly framing?: readonly (readonly [name: string, value: string])[]
  /** As framed. */
  readonly body?: string
  /** The body without its framing, where that isn't `body`. */
  readonly content?: string
}

const form = 'env=A%3D1%0AB%3D2&description=x+y'

export const cases: readonly FidelityCase[] = [
  { name: 'the trailing `?` of the CLI', method: 'GET', target: '/apps?' },
  { name: 'a query, its order and spelling', method: 'GET', target: '/apps/web/releases?b=+&a=%20&a=&limit=1' },
  { name: 'a broken escape in the query', method: 'GET', target: '/apps/web/releases?x=%zz' },
  { name: '`;` and `/?[]` in the query', method: 'GET', target: '/apps/web/releases?a=1;b=/?[]' },
  { name: '`{}` in the query', method: 'GET', target: '/apps/web/releases?x={}' },
  { name: 'a backtick in the query', method: 'GET', target: '/apps/web/releases?x=`' },
  { name: "`'` in the query", method: 'GET', target: "/apps/web/releases?x='a'" },
  { name: '`{}` in an object key', method: 'GET', target: '/apps/web/objects/{a}' },
  { name: 'a backtick in an object key', method: 'GET', target: '/apps/web/objects/`a`' },
  { name: 'escaped `{}` in an object key', method: 'GET', target: '/apps/web/objects/%7Ba%7D' },
  { name: '`//` in an object key', method: 'GET', target: '/apps/web/objects/tmp//a.tgz' },
  { name: 'a key that ends in `/`', method: 'GET', target: '/apps/web/objects/tmp/' },
  { name: 'an escaped byte of 0x80 or more', method: 'GET', target: '/apps/web/objects/%C3%A9%FF' },
  { name: 'a lower-case escape', method: 'GET', target: '/apps/web/objects/%c3%a9' },
  { name: 'a dot segment', method: 'GET', target: '/apps/web/../billing' },
  { name: 'an escaped dot segment', method: 'GET', target: '/apps/web/%2e%2e/billing' },
  { name: 'a backslash', method: 'GET', target: '/apps/web\\..\\billing' },
  { name: 'a broken escape in the path', method: 'GET', target: '/apps%zz' },
  { name: 'a fragment', method: 'GET', target: '/apps?a=1#b' },
  { name: 'a leading `//`', method: 'GET', target: '//apps' },
  { name: 'the absolute form', method: 'GET', target: 'http://other.example/apps' },
  {
    name: '`Expect: 100-continue`',
    method: 'POST',
    target: '/apps/web/releases',
    framing: [
      ['Expect', '100-continue'],
      ['Content-Length', String(form.length)],
    ],
    headers: [['Content-Type', 'application/x-www-form-urlencoded']],
    body: form,
  },
  {
    name: 'the spelling and order of headers',
    method: 'GET',
    target: '/apps?',
    headers: [
      ['Version', 'dev'],
      ['TIMEOUT', '5'],
      ['Command', 'bash'],
      ['Accept', '*/*'],
    ],
  },
  {
    name: 'a header twice, alike',
    method: 'GET',
    target: '/apps?',
    headers: [
      ['Command', 'sleep 1'],
      ['Command', 'sh'],
    ],
  },
  {
    name: 'a header twice in two spellings',
    method: 'GET',
    target: '/apps?',
    headers: [
      ['Command', 'sleep 1'],
      ['command', 'sh'],
    ],
  },
  {
    name: 'bytes above 0x7f in a header',
    method: 'GET',
    target: '/apps?',
    headers: [['Command', 'echo \u00c3\u00a9\u00ff']],
  },
  {
    name: 'a header that `Connection` names',
    method: 'GET',
    target: '/apps?',
    framing: [['Connection', 'keep-alive, Command']],
    headers: [['Command', 'sh']],
  },
  {
    name: 'a form with its length',
    method: 'POST',
    target: '/apps/web/releases',
    framing: [['Content-Length', String(form.length)]],
    headers: [['Content-Type', 'application/x-www-form-urlencoded; Charset=utf-8']],
    body: form,
  },
  {
    name: 'a body in chunks',
    method: 'POST',
    target: '/apps/web/builds/import',
    framing: [['Transfer-Encoding', 'chunked']],
    body: '3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n',
    content: 'abcde',
  },
  {
    name: 'a GET with a body',
    method: 'GET',
    target: '/apps?',
    framing: [['Content-Length', '3']],
    body: 'abc',
  },
  {
    name: 'JSON with its own spacing',
    method: 'PUT',
    target: '/apps/web/objects/a.json',
    framing: [['Content-Length', '10']],
    headers: [['Content-Type', 'application/json']],
    body: '{ "a":1.0}',
  },
]
