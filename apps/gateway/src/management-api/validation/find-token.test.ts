import { type Endpoint, endpoints } from '@rack-gateway/gateway-api'
import { describe, expect, test } from 'vitest'
import { validatorFor } from './validation.ts'

const token = `rgt_${'02b9BXcwjy'.repeat(6)}`

/** A JSON schema, read without TypeBox, so that a kind of schema that the check does not know is found. */
interface JsonSchema {
  readonly type?: string
  readonly anyOf?: readonly JsonSchema[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly patternProperties?: Readonly<Record<string, JsonSchema>>
  readonly additionalProperties?: unknown
  readonly items?: JsonSchema
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly 'x-may-contain-tokens'?: true
}

/** The paths of all texts of a schema. `*` is an item or a member with any name; `!` at the end marks an exemption. */
function textsOf(schema: JsonSchema, path: readonly string[] = []): string[] {
  if (schema['x-may-contain-tokens'] === true) return [`${path.join('.')}!`]
  if (schema.enum !== undefined || schema.const !== undefined) return []
  if (schema.anyOf !== undefined) return schema.anyOf.flatMap((one) => textsOf(one, path))
  switch (schema.type) {
    case 'boolean':
    case 'integer':
    case 'null':
    case 'number':
      return []
    case 'array':
      return textsOf(schema.items ?? {}, [...path, '*'])
    case 'object': {
      const members = Object.entries(schema.properties ?? {}).flatMap(([name, one]) => textsOf(one, [...path, name]))
      const others = Object.values(schema.patternProperties ?? {}).flatMap((one) => textsOf(one, [...path, '*']))
      return schema.additionalProperties === false || others.length > 0
        ? [...members, ...others]
        : [...members, [...path, '*'].join('.')]
    }
    default:
      return [path.join('.')]
  }
}

const fields = Object.entries<Endpoint>(endpoints).flatMap(([name, { query, body }]) =>
  (['querystring', 'body'] as const).flatMap((httpPart) => {
    const schema = httpPart === 'body' ? body : query
    const paths = [...new Set(textsOf((schema ?? { type: 'null' }) as JsonSchema))]
    return paths.map((path) => ({ name, httpPart, path, schema }))
  }),
)
const checked = fields.filter(({ path }) => !path.endsWith('!'))
const exempt = fields.filter(({ path }) => path.endsWith('!'))

/** The smallest value that has the text at the path. */
function valueAt(path: string, text: string): unknown {
  return path.split('.').reduceRight<unknown>((inner, name) => (name === '*' ? [inner] : { [name]: inner }), text)
}

describe.each(checked)('$name: $httpPart $path', ({ httpPart, path, schema }) => {
  test.each([token, `see ${token}, please`, token.slice(0, 40), token.replace('_', '%5F')])('rejects %s', (text) => {
    const { error } = validatorFor({ schema, httpPart })(valueAt(path, text)) as { error: Error }
    expect(error.message).toContain(`\`${path.replaceAll('*', '0')}\` contains what looks like a token`)
    expect(JSON.stringify([error.message, { ...error }])).not.toContain(token.slice(4, 28))
  })
})

test('only random values and values that are redacted before they are recorded may contain a token', () => {
  const names = exempt.map(({ name, path }) => `${name} ${path.slice(0, -1)}`)
  expect(names.filter((one) => !one.endsWith(' cursor'))).toEqual([
    'beginLoopbackLogin challenge',
    'beginLoopbackLogin path',
    'beginLoopbackLogin state',
    'redeemLoopbackLogin code',
    'redeemLoopbackLogin verifier',
    'pollDeviceLogin secret',
    'addSecondFactor response',
    'createStepUp calls.*.command',
    'createStepUp calls.*.params',
    'createStepUp calls.*.query',
    'createStepUp calls.*.form',
    'createStepUp calls.*.headers',
    'proveStepUp response',
    'redeemStepUp result',
    'testTrusts token',
    'testTrusts claims',
    'decide calls.*',
    'reportStoppedCall call',
  ])
})

test('an unknown member whose name is a token is not quoted', () => {
  const { error } = validatorFor({ schema: endpoints.createBinding.body })({ [token.slice(0, 60)]: 1 }) as {
    error: Error
  }
  expect(JSON.stringify([error.message, { ...error }])).not.toContain(token.slice(4, 28))
})
