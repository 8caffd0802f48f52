import Fastify, { type FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { conditionalResponse } from './conditional-response.ts'

const schema = Type.Object({
  policy: Type.String(),
  document: Type.Unknown(),
  rack: Type.Optional(Type.String()),
  count: Type.Optional(Type.Integer()),
})

let app: FastifyInstance
let response: object
beforeEach(() => {
  app = Fastify()
  app.get('/', async (request, reply) => conditionalResponse(request, reply, { schema, response }) ?? reply.send())
})
afterEach(() => app.close())

const get = (tag?: string) => app.inject({ url: '/', headers: tag === undefined ? {} : { 'if-none-match': tag } })

/** A document that counts how often it is serialized. */
function countedDocument(text: string) {
  const document = { serialized: 0, toJSON: () => ({ text, run: ++document.serialized }) }
  return document
}

test('a response has only the members of its schema that have a value', async () => {
  response = { policy: 'p', document: { a: '…' }, secret: 1, rack: undefined, count: 3 }
  const { body, headers } = await get()
  expect(body).toBe('{"policy":"p","document":{"a":"…"},"count":3}')
  expect(headers).toMatchObject({
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'private, no-cache',
  })
})

test('the same object is serialized once', async () => {
  const document = countedDocument('a')
  response = { policy: 'p', document }
  const [first, second] = [await get(), await get()]
  expect(second.body).toBe(first.body)
  expect(second.headers.etag).toBe(first.headers.etag)
  expect(document.serialized).toBe(1)
})

test('a member that is the same object is serialized once, also in another response', async () => {
  const document = countedDocument('a')
  response = { policy: 'p', document }
  const first = await get()
  response = { policy: 'p', document, rack: 'staging' }
  const second = await get()
  expect(second.json()).toEqual({ ...first.json(), rack: 'staging' })
  expect(second.headers.etag).not.toBe(first.headers.etag)
  expect(document.serialized).toBe(1)
})

test('another object has another body, and another tag unless its content is the same', async () => {
  response = { policy: 'p', document: { a: 1 } }
  const first = await get()
  response = { policy: 'p', document: { a: 2 } }
  const changed = await get(first.headers.etag)
  response = { policy: 'p', document: { a: 1 } }
  const equal = await get(first.headers.etag)
  expect([changed.statusCode, changed.json().document]).toEqual([200, { a: 2 }])
  expect([equal.statusCode, equal.body]).toEqual([304, ''])
})

test('members do not replace each other in the tag', async () => {
  response = { policy: 'a', document: 'b' }
  const first = await get()
  response = { policy: 'b', document: 'a' }
  expect((await get(first.headers.etag)).statusCode).toBe(200)
})

test.each([['"x", W/TAG'], ['W/TAG'], ['TAG']])('If-None-Match: %s', async (header) => {
  response = { policy: 'p', document: {} }
  const tag = String((await get()).headers.etag)
  expect(tag).toMatch(/^W\/"[\w-]+"$/)
  const { statusCode, headers } = await get(header.replace('TAG', tag.slice(2)))
  expect([statusCode, headers.etag, headers['content-type']]).toEqual([304, tag, undefined])
})
