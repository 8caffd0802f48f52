import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ParameterRequest } from '../errors/parameter-error.ts'
import { readForm } from '../forms/read-form.ts'
import { rackRoutes, routesById } from '../routes/routes.ts'
import { readParameters } from './parameters.ts'

const form = 'application/x-www-form-urlencoded'
const octets = 'application/octet-stream'

function route(id: string) {
  const found = routesById.get(id)
  if (!found) throw new Error(`no route ${id}`)
  return found
}

function readOn(id: string, request: Partial<Omit<ParameterRequest, 'body'>> & { body?: string | Buffer | null }) {
  const { body = null, ...rest } = request
  return readParameters(route(id), {
    method: route(id).method,
    search: '',
    contentType: '',
    rawHeaders: [],
    ...rest,
    body: typeof body === 'string' ? Buffer.from(body, 'utf8') : body,
  })
}

function accepted(result: ReturnType<typeof readParameters>) {
  if ('rule' in result) throw new Error(`${result.rule}: ${result.reason}`)
  const { query, form: posted, headers } = result
  return { query: Object.fromEntries(query), form: Object.fromEntries(posted), headers: Object.fromEntries(headers) }
}

function refused(result: ReturnType<typeof readParameters>) {
  return 'rule' in result ? result.rule : null
}

const cliHeaders = [
  'Host',
  'rack',
  'User-Agent',
  'convox.go/dev',
  'Accept',
  '*/*',
  'Authorization',
  'Basic x',
  'Version',
  'dev',
  'Accept-Encoding',
  'gzip',
  'Content-Length',
  '0',
  'Content-Type',
  octets,
]

describe('requests of the stock CLI are accepted', () => {
  test('an empty body of type octet-stream, with the bare ? that the CLI adds', () => {
    const result = readOn('POST /apps/{app}/services/{service}/restart', {
      search: '?',
      contentType: octets,
      rawHeaders: cliHeaders,
    })
    expect(accepted(result)).toEqual({ query: {}, form: {}, headers: {} })
  })

  test('a run’s command and release, by lower-case name', () => {
    const result = readOn('POST /apps/{app}/services/{service}/processes', {
      search: '?',
      contentType: octets,
      rawHeaders: [...cliHeaders, 'Command', 'sleep 3600', 'Release', 'R1', 'Height', '24'],
    })
    expect(accepted(result).headers).toEqual({ command: 'sleep 3600', release: 'R1', height: '24' })
  })

  test('a whole environment', () => {
    const result = readOn('POST /apps/{app}/releases', {
      search: '?',
      contentType: form,
      body: 'env=BAZ%3Da+b%0ADATABASE_URL%3Dpostgres%3A%2F%2Fu%3Ap%40db%2Fapp',
    })
    expect(accepted(result).form).toEqual({ env: 'BAZ=a b\nDATABASE_URL=postgres://u:p@db/app' })
  })

  test('`api get` with a query: the ? that the CLI adds becomes a part of the value', () => {
    expect(accepted(readOn('GET /apps/{app}/releases', { search: '?limit=1?' })).query).toEqual({ limit: '1?' })
  })

  test('a file to copy', () => {
    const result = readOn('GET /apps/{app}/processes/{pid}/files', {
      search: '?file=%2Fapp%2Ff.txt',
      contentType: octets,
    })
    expect(accepted(result).query).toEqual({ file: '/app/f.txt' })
  })

  test('a streamed upload, whose body is not read', () => {
    const result = readOn('POST /apps/{app}/builds/import', {
      search: '?',
      contentType: octets,
      rawHeaders: ['Transfer-Encoding', 'chunked'],
    })
    expect(accepted(result)).toEqual({ query: {}, form: {}, headers: {} })
  })

  test('the form body of DELETE budget', () => {
    const result = readOn('DELETE /apps/{app}/budget', { contentType: form, body: 'ack_by=me' })
    expect(accepted(result).form).toEqual({ ack_by: 'me' })
  })

  test('the bytes of a command stay unchanged', () => {
    const result = readOn('WS /apps/{app}/processes/{pid}/exec', { rawHeaders: ['command', 'echo \u00c3\u00a9\ta'] })
    expect(accepted(result).headers).toEqual({ command: 'echo \u00c3\u00a9\ta' })
  })

  test('other headers are ignored', () => {
    const result = readOn('GET /apps', { rawHeaders: ['Command', 'sh', 'X-Forwarded-For', '1.2.3.4', 'Image', 'evil'] })
    expect(accepted(result).headers).toEqual({})
  })
})

describe('ambiguous requests are rejected', () => {
  test.each([
    ['a duplicate query key', 'GET /apps/{app}/processes', { search: '?service=web&service=db' }],
    ['a duplicate key, one of them escaped', 'GET /apps/{app}/processes', { search: '?service=web&%73ervice=db' }],
    ['a semicolon in the query', 'GET /apps/{app}/processes', { search: '?service=web;release=R' }],
    ['an invalid escape in a value', 'GET /apps/{app}/processes', { search: '?service=%zz' }],
    ['an invalid escape in a key', 'GET /apps/{app}/processes', { search: '?%zz=1' }],
    ['an incomplete escape', 'GET /apps/{app}/processes', { search: '?service=%4' }],
    ['a value without a name', 'GET /apps/{app}/processes', { search: '?=web' }],
    ['a NUL in the query', 'GET /apps/{app}/processes', { search: '?service=a%00b' }],
    ['bytes that are not UTF-8', 'GET /apps/{app}/processes', { search: '?service=%ff' }],
    ['overlong UTF-8', 'GET /apps/{app}/processes', { search: '?service=%c0%ae' }],
    ['a duplicate form key', 'PUT /apps/{app}', { contentType: form, body: 'lock=true&lock=false' }],
    ['a semicolon in the form', 'PUT /apps/{app}', { contentType: form, body: 'lock=true;parameters=x' }],
    ['an invalid escape in the form', 'PUT /apps/{app}', { contentType: form, body: 'lock=%zz&lock=true' }],
    ['a NUL in the form', 'PUT /apps/{app}', { contentType: form, body: 'lock=%00' }],
    ['raw bytes in the form', 'PUT /apps/{app}', { contentType: form, body: Buffer.from([0x6c, 0x3d, 0xff]) }],
    ['query and form', 'PUT /apps/{app}', { search: '?lock=true', contentType: form, body: 'parameters=x' }],
    ['only a query for a form', 'PUT /apps/{app}', { search: '?lock=true', contentType: octets }],
    [
      'multipart on a form',
      'POST /apps/{app}/releases',
      { contentType: 'multipart/form-data; boundary=X', body: '--X--' },
    ],
    [
      'multipart on a websocket',
      'WS /apps/{app}/processes/{pid}/exec',
      { contentType: 'Multipart/Form-Data; boundary=X' },
    ],
    [
      'multipart on a read',
      'GET /apps/{app}/processes/{pid}/files',
      { contentType: 'multipart/form-data; boundary=X' },
    ],
    ['multipart on an upload', 'POST /apps/{app}/builds/import', { contentType: 'multipart/mixed' }],
    ['JSON on a form', 'POST /apps/{app}/releases', { contentType: 'application/json', body: '{"env":"A=1"}' }],
    ['a form without a content type', 'POST /apps/{app}/releases', { contentType: '', body: 'env=A' }],
    ['a form with the type octet-stream', 'POST /apps/{app}/releases', { contentType: octets, body: 'env=A' }],
    ['a content type with a comma', 'POST /apps/{app}/releases', { contentType: `${form},text/plain`, body: 'env=A' }],
    [
      'a content type with duplicate parameters',
      'POST /apps/{app}/releases',
      { contentType: `${form}; a=1; a=2`, body: 'env=A' },
    ],
    [
      'a content type after a no-break space',
      'POST /apps/{app}/releases',
      { contentType: `\u00a0${form}`, body: 'env=A' },
    ],
    ['a form on an upload', 'POST /apps/{app}/objects/{key:.*}', { contentType: form }],
    ['a body for a call without one', 'POST /apps/{app}/cancel', { contentType: form, body: 'a=1' }],
    ['an announced body', 'DELETE /apps/{app}', { rawHeaders: ['Content-Length', '5'] }],
    ['a chunked body', 'GET /apps', { rawHeaders: ['transfer-encoding', 'chunked'] }],
    ['a form that was not read', 'PUT /apps/{app}', { contentType: form, rawHeaders: ['Content-Length', '9'] }],
    ['a body on a websocket', 'WS /apps/{app}/processes/{pid}/exec', { rawHeaders: ['Content-Length', '9'] }],
    ['a query on a websocket', 'WS /apps/{app}/processes/{pid}/exec', { search: '?command=sh' }],
    ['an escaped query on a websocket', 'WS /apps/{app}/processes/{pid}/exec', { search: '?%63ommand=sh' }],
    ['a query on logs', 'WS /apps/{app}/logs', { search: '?x=1' }],
    [
      'two content types',
      'PUT /apps/{app}',
      { contentType: form, rawHeaders: ['Content-Type', form, 'content-type', octets] },
    ],
    [
      'a duplicate option header',
      'WS /apps/{app}/processes/{pid}/exec',
      { rawHeaders: ['Command', 'a', 'command', 'b'] },
    ],
    [
      'a duplicate option header, first empty',
      'WS /apps/{app}/processes/{pid}/exec',
      { rawHeaders: ['Command', '', 'Command', 'b'] },
    ],
    ['a control character in a header', 'WS /apps/{app}/processes/{pid}/exec', { rawHeaders: ['Command', 'a\nb'] }],
    [
      'an option header with an underscore',
      'POST /apps/{app}/services/{service}/processes',
      { rawHeaders: ['Cpu_Limit', '1'] },
    ],
  ])('%s', (_, id, request) => {
    expect(refused(readOn(id, request))).toBe('ambiguous-parameters')
  })

  test.each([
    ['a query key', 'GET /apps', { search: '?limit=1' }],
    ['an array key', 'GET /apps/{app}/processes', { search: '?service[]=web' }],
    ['a key in another case', 'GET /apps/{app}/processes', { search: '?Service=web' }],
    ['a second question mark', 'GET /apps/{app}/processes', { search: '??service=web' }],
    ['flags for tar', 'POST /apps/{app}/processes/{pid}/files', { search: '?tar-extra=--to-command%3Dsh' }],
    ['a query on a change', 'DELETE /apps/{app}', { search: '?force=true' }],
    ['a form key', 'PUT /apps/{app}', { contentType: form, body: 'lock=true&release=R1' }],
    ['__proto__', 'PUT /apps/{app}', { contentType: form, body: '__proto__=1' }],
    ['an option header as a form key', 'POST /apps/{app}/releases', { contentType: form, body: 'command=sh' }],
  ])('an unknown parameter is rejected: %s', (_, id, request) => {
    expect(refused(readOn(id, request))).toBe('unknown-parameter')
  })
})

describe('headers that give privileges', () => {
  const run = 'POST /apps/{app}/services/{service}/processes'
  test.each([
    'Image',
    'volumes',
    'Use-Service-Volume',
    'use_service_volume',
    'Privileged',
    'Node-Labels',
    'System-Critical',
    'System_Critical',
    'Gpu',
    'Gpu-Vendor',
  ])('run rejects %s and names it', (header) => {
    const result = readOn(run, { rawHeaders: ['Command', 'x', header, 'v'] })
    expect(result).toMatchObject({ rule: 'refused-header', header, reason: expect.stringContaining(header) })
  })

  test('also if they are empty', () => {
    expect(refused(readOn(run, { rawHeaders: ['Privileged', ''] }))).toBe('refused-header')
  })

  test.each([
    ['POST /apps', 'Name'],
    ['DELETE /apps/{app}/processes/{pid}/files', 'files'],
    ['DELETE /apps/{app}/budget', 'Ack_by'],
    ['DELETE /apps/{app}/budget', 'Ack-By'],
  ])('%s rejects %s, which the rack could read as a parameter', (id, header) => {
    expect(refused(readOn(id, { rawHeaders: [header, 'x'] }))).toBe('refused-header')
  })
})

describe('errors', () => {
  test('never contain a value, a percent sign, or a control character, for any name', () => {
    const text = fc.string({ unit: 'binary', maxLength: 100 })
    fc.assert(
      fc.property(text, text, (key, value) => {
        const search = `?${encodeURIComponent(key)}=${encodeURIComponent(`secret${value}`)}`
        const result = readOn('GET /apps/{app}/processes', { search })
        if (!('rule' in result)) return
        expect(result.reason).not.toMatch(/%|secret|\p{Cc}/u)
        expect(result.reason.length).toBeLessThan(250)
      }),
    )
  })
})

test('the rack reads the same values from every accepted request, each from one source', () => {
  const route = rackRoutes.filter(({ kind }) => kind === 'http')
  const keys = ['lock', 'parameters', 'env', 'limit', 'name', 'service', 'x', '%6cock']
  const pair = fc.tuple(
    fc.constantFrom(...keys),
    fc.constantFrom('=a', '=a+b', '=%41', '', '=', '=%zz', '=1;2', '=%00', '=1?'),
  )
  const pairs = fc.array(pair, { maxLength: 3 }).map((list) => list.map((parts) => parts.join('')).join('&'))
  const type = fc.constantFrom(
    form,
    `${form}; charset=utf-8`,
    octets,
    '',
    'application/json',
    'multipart/form-data; boundary=X',
  )
  fc.assert(
    fc.property(
      fc.constantFrom(...route),
      pairs,
      pairs,
      type,
      fc.boolean(),
      (entry, query, posted, contentType, named) => {
        const search = query === '' ? '' : `?${query}`
        const body = posted === '' ? null : Buffer.from(posted)
        const rawHeaders = named ? ['Name', 'header', 'Command', 'sh'] : []
        const ours = readParameters(entry, { method: entry.method, search, contentType, body, rawHeaders })
        if ('rule' in ours || entry.method === 'DELETE' || entry.body === 'raw') return
        const rack = readForm({ method: entry.method, search, contentType, body })
        for (const [key, values] of rack.form) {
          expect(values).toHaveLength(1)
          expect(ours.query.get(key) ?? ours.form.get(key)).toBe(values[0])
        }
        expect(rack.form.size).toBe(ours.query.size + ours.form.size)
      },
    ),
  )
})
