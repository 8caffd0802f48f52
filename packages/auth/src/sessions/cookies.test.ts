import cookie, { fastifyCookie } from '@fastify/cookie'
import fc from 'fast-check'
import Fastify from 'fastify'
import { beforeAll, expect, test, vi } from 'vitest'
import { cookieValues, gatewayCookies, sentCookies } from './cookies.ts'

/** @fastify/cookie can parse once it is registered. */
beforeAll(async () => {
  await Fastify().register(cookie).ready()
})

test('the parser reads each pair as @fastify/cookie reads it alone', () => {
  const piece = fc.constantFrom(
    'a',
    'b',
    '__proto__',
    '=',
    '==',
    ';',
    ';;',
    ' ',
    '\t',
    '\u00a0',
    '\v',
    '"',
    '%41',
    ',',
    '\\',
  )
  const headers = fc.array(
    fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
    { maxLength: 3 },
  )
  fc.assert(
    fc.property(headers, (values) => {
      const expected = values
        .flatMap((header) => header.split(';'))
        // @fastify/cookie ignores a header of one character.
        .flatMap((pair) => Object.entries(fastifyCookie.parse(` ${pair}`, { decode: (value) => value })))
      expect(sentCookies(values.flatMap((value) => ['Cookie', value]))).toEqual(expected)
    }),
  )
})

test('the headers of a request are parsed once', () => {
  const headers = ['Cookie', 'a=1; b=2']
  const indexOf = vi.spyOn(String.prototype, 'indexOf')
  try {
    const first = sentCookies(headers)
    indexOf.mockClear()
    expect(sentCookies(headers)).toBe(first)
    expect(cookieValues(headers, 'b')).toEqual(['2'])
    expect(indexOf).not.toHaveBeenCalled()
  } finally {
    indexOf.mockRestore()
  }
})

test('the values of a name are all of them, in order', () => {
  expect(cookieValues(['Cookie', 'a=1; b=2', 'Cookie', 'a=3; A=4'], 'a')).toEqual(['1', '3'])
  expect(cookieValues([], 'a')).toEqual([])
})

test('every cookie is read, as often as it was sent, whichever header it is in', () => {
  expect(sentCookies(['Host', 'x', 'Cookie', 'a=1;b=2 ;\t a=3', 'X', 'd=4', 'cookie', 'c=4=5; broken; a=6'])).toEqual([
    ['a', '1'],
    ['b', '2'],
    ['a', '3'],
    ['c', '4=5'],
    ['a', '6'],
  ])
})

test('a value is read as it was sent, so that a token has one spelling', () => {
  expect(sentCookies(['Cookie', 'a=%72gb_1; b="quoted"; c=%00'])).toEqual([
    ['a', '%72gb_1'],
    ['b', '"quoted"'],
    ['c', '%00'],
  ])
})

test.each(['\u00a0', '\u2003', '\ufeff', '\v', '\f'])(
  'a name that begins with another kind of space (%j) is another name',
  (space) => {
    const names = sentCookies(['Cookie', `a=b; ${space}__Host-rack_gateway=evil`]).map(([name]) => name)
    expect(names).not.toContain('__Host-rack_gateway')
  },
)

test.each([
  ['https://gateway.example.com', '__Host-rack_gateway=x; Max-Age=60; Path=/; HttpOnly; Secure; SameSite=Lax'],
  ['http://127.0.0.1:8447', 'rack_gateway=x; Max-Age=60; Path=/; HttpOnly; SameSite=Lax'],
])(
  'the session cookie of %s is bound to its host, to TLS where there is TLS, and to its own pages',
  async (url, line) => {
    const { session, loginPrefix, attributes } = gatewayCookies(url)
    expect(loginPrefix).toBe(`${session}_login_`)
    const app = Fastify()
    await app.register(cookie, { parseOptions: attributes })
    app.get('/', async (_request, reply) => reply.setCookie(session, 'x', { maxAge: 60 }).send())
    expect((await app.inject('/')).headers['set-cookie']).toBe(line)
  },
)
