import Fastify, { type FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serializerFor } from '../validation/serialization.ts'
import { isLongList, serializeInSteps } from './serialize-in-steps.ts'

const schema = Type.Object({
  items: Type.Array(Type.Object({ id: Type.String(), at: Type.Optional(Type.String()) })),
  next: Type.Union([Type.String(), Type.Null()]),
  total: Type.Optional(Type.Integer()),
})
const manyItems = Array.from({ length: 50 }, (_, index) => ({ id: `"${index}`, secret: 'hidden' }))

let app: FastifyInstance
beforeAll(() => {
  app = Fastify()
  app.post('/', async (request, reply) => {
    const response = request.body as object
    const steps = serializeInSteps(reply, schema, response)
    let count = 0
    for (let step = steps.next(); ; step = steps.next(), count++)
      if (step.done) return { text: step.value.join(''), whole: serializerFor(reply, schema)({ ...response }), count }
  })
})
afterAll(() => app.close())

test.each([
  { items: manyItems, next: null, total: 50 },
  { items: [], next: 'cursor' },
  { items: [{ id: 'a', at: 'b' }], next: null, unknown: 1 },
])('the parts are the same text as a serialization at once', async (response) => {
  const { text, whole } = (await app.inject({ method: 'POST', url: '/', payload: response })).json()
  expect(text).toBe(whole)
})

test('each item is a step', async () => {
  const { count } = (await app.inject({ method: 'POST', url: '/', payload: { items: manyItems, next: null } })).json()
  expect(count).toBeGreaterThanOrEqual(50)
})

test('only a list of more than ten items is long', () => {
  expect(isLongList(schema, { items: manyItems, next: null })).toBe(true)
  expect(isLongList(schema, { items: manyItems.slice(0, 10), next: null })).toBe(false)
  expect(isLongList(Type.Array(Type.String()), manyItems)).toBe(false)
})
