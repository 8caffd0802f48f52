import { TrustRequest } from '@rack-gateway/gateway-api'
import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { schemaFault } from './schema-fault.ts'

const kinds = Array.from({ length: 20 }, (_, index) => `kind-${index}-of-many`)
const Body = Type.Object(
  {
    effect: Type.Optional(Type.Enum(['allow', 'deny', 'require'])),
    kind: Type.Optional(Type.Enum(kinds)),
    state: Type.Optional(Type.Union([Type.Literal('open'), Type.Literal('ended')])),
    limit: Type.Optional(Type.Integer({ maximum: 200 })),
    names: Type.Optional(Type.Array(Type.String({ maxLength: 3 }))),
    template: TrustRequest.properties.template,
    release: Type.Optional(
      Type.Union([Type.Object({ id: Type.String() }, { additionalProperties: false }), Type.Null()]),
    ),
    params: Type.Optional(Type.Record(Type.String(), Type.String())),
    tags: Type.Optional(Type.Array(Type.String(), { maxItems: 2 })),
    level: Type.Optional(
      Type.Union([Type.Enum(['low', 'high']), Type.Array(Type.Enum(['low', 'high']), { maxItems: 2 })]),
    ),
  },
  { additionalProperties: false },
)
const docs = 'See /gateway/api/v1/docs.'
const github = { provider: 'github', repositoryId: '74', repositoryOwnerId: '65' }

test.each([
  [{ effect: 'nope' }, '`effect` is invalid.', 'Use one of allow, deny, require.'],
  [{ effect: 'denny' }, '`effect` is invalid.', 'Did you mean deny? Use one of allow, deny, require.'],
  [{ kind: 'kind-7-of-man' }, '`kind` is invalid.', 'Did you mean kind-7-of-many?'],
  [{ kind: 'nope' }, '`kind` is invalid.', `Use one of ${kinds.join(', ')}.`],
  [{ level: 'hihg' }, '`level` is invalid.', 'Did you mean high? Use one of low, high.'],
  [{ level: ['low', 'hihg'] }, '`level.1` is invalid.', 'Did you mean high? Use one of low, high.'],
  [{ level: ['low', 'low', 'low'] }, '`level` is invalid: it must not have more than 2 items.', docs],
  [{ state: 7 }, '`state` is invalid.', 'Use one of open, ended.'],
  [{ limit: 201 }, '`limit` is invalid: it must be <= 200.', docs],
  [{ names: ['ada', 'grace'] }, '`names.1` is invalid: it must not have more than 3 characters.', docs],
  [
    { limits: 1 },
    '`body` has no member named limits.',
    'Did you mean limit? Its members are effect, kind, state, limit, names, template, release, params, tags, level.',
  ],
  [
    { '\u001b[2J': 1 },
    '`body` has an unknown member.',
    'Its members are effect, kind, state, limit, names, template, release, params, tags, level.',
  ],
  ['text', '`body` is invalid: it must be object.', docs],
  [
    { template: { ...github, reff: 'refs/heads/main' } },
    '`template` has no member named reff.',
    'Did you mean ref? Its members are provider, issuer, repositoryId, repositoryOwnerId, ref, refPattern, environment, workflowRef, events.',
  ],
  [{ template: { provider: 'github' } }, '`template` requires repositoryId, repositoryOwnerId.', docs],
  [
    { template: { ...github, repositoryId: 'web' } },
    '`template.repositoryId` is invalid: it must be the numeric ID that the provider assigned.',
    docs,
  ],
  [
    { template: { provider: 'gitlap' } },
    '`template.provider` is invalid.',
    'Did you mean gitlab? Use one of github, gitlab, circleci.',
  ],
  [
    { template: { provider: 'gitlab', projectId: '1', namespaceId: '2', refType: 'heads' } },
    '`template.refType` is invalid.',
    'Use one of branch, tag.',
  ],
  [{ template: [] }, '`template` is invalid: it must be object.', docs],
])('%j fails with: %s', (value, reason, remedy) => {
  expect(schemaFault(Body, value, 'body')).toEqual({ reason, remedy })
})

test('a name that is long, or has other characters than a member has, is not repeated', () => {
  for (const name of ['k'.repeat(60_000), 'k k'])
    expect(schemaFault(Body, { params: { [name]: 1 } }, 'body').reason).toBe(
      '`params.…` is invalid: it must be string.',
    )
})

const many = Object.fromEntries(Array.from({ length: 4_000 }, (_, at) => [`m${at}`, 1]))

test.each<[object, string]>([
  [{ release: many }, '`release` has no member named m0.'],
  [{ params: many }, '`params` is invalid.'],
  [{ params: { a: many } }, '`params` is invalid.'],
  [{ tags: Array(4_000).fill('a') }, '`tags` is invalid: it must not have more than 2 items.'],
  [{ names: Array(4_000).fill({}) }, '`names.0` is invalid: it must be string.'],
  [{ limit: many }, '`limit` is invalid.'],
])('the errors of a large value are not listed', (value, reason) => {
  expect(schemaFault(Body, value, 'body').reason).toBe(reason)
})

test('a value is never quoted, because it can be a secret', () => {
  for (const field of ['effect', 'kind', 'state', 'limit', 'template'])
    expect(JSON.stringify(schemaFault(Body, { [field]: 'hunter2' }, 'body'))).not.toContain('hunter2')
})
