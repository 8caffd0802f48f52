import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { validatorFor } from './validation.ts'

const query = Type.Object(
  {
    limit: Type.Optional(Type.Integer()),
    app: Type.Optional(Type.String()),
    notApp: Type.Optional(Type.Array(Type.String(), { maxItems: 2 })),
  },
  { additionalProperties: false },
)
const validateQuery = validatorFor({ schema: query, httpPart: 'querystring' })

test.each([
  [{ notApp: 'web' }, { notApp: ['web'] }],
  [{ notApp: ['web', 'api'] }, { notApp: ['web', 'api'] }],
  [
    { app: '7', limit: '7' },
    { app: '7', limit: 7 },
  ],
])('the query %j is read as %j', (input, value) => {
  expect(validateQuery(input)).toEqual({ value })
})

test.each<object>([
  { app: ['web', 'api'] },
  { notApp: ['a', 'b', 'c'] },
  { limit: '1e3' },
  { limit: ['1', '2'] },
  { constructor: 'x' },
])('the query %j is rejected', (input) => {
  expect(validateQuery(input)).toMatchObject({ error: { code: 'RGW_INVALID_REQUEST' } })
})

test('in a body a text is no list', () => {
  expect(validatorFor({ schema: query })({ notApp: 'web' })).toHaveProperty('error')
})

test.each<[string, object]>([
  ['app', { app: 'a\0b' }],
  ['notApp', { notApp: ['a', '\0'] }],
])('NUL in %s is rejected', (member, input) => {
  expect(validateQuery(input)).toMatchObject({
    error: {
      code: 'RGW_INVALID_REQUEST',
      message: expect.stringContaining(`\`${member}\` contains the character U+0000`),
    },
  })
})

test('NUL is found in deep values and in names', () => {
  const validate = validatorFor({ schema: Type.Object({ claims: Type.Unknown() }) })
  const nested = (inner: string) => JSON.parse(`{"claims":${'{"a":'.repeat(20_000)}${inner}${'}'.repeat(20_000)}}`)
  expect(validate(nested('"\\u0000"'))).toHaveProperty('error')
  expect(validate(nested('{"\\u0000":1}'))).toHaveProperty('error')
  expect(validate(nested('"\\\\u0000"'))).toHaveProperty('value')
})
