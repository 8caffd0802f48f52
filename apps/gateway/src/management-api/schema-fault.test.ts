import { TrustRequest } from '@rack-gateway/auth'
import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { schemaFault } from './schema-fault.ts'

const kinds = Array.from({ length: 20 }, (_, index) => `kind-${index}-of-many`)
const Body = Type.Object(
  {
    effect: Type.Optional(Type.Enum(['allow', 'deny', 'needs'])),
    kind: Type.Optional(Type.Enum(kinds)),
    state: Type.Optional(Type.Union([Type.Literal('open'), Type.Literal('ended')])),
    limit: Type.Optional(Type.Integer({ maximum: 200 })),
    names: Type.Optional(Type.Array(Type.String({ maxLength: 3 }))),
    template: TrustRequest.properties.template,
  },
  { additionalProperties: false },
)
const docs = 'see /gateway/api/v1/docs'
const github = { provider: 'github', repositoryId: '74', repositoryOwnerId: '65' }

test.each([
  [{ effect: 'nope' }, 'effect is not as it should be:', 'it is one of allow, deny, needs'],
  [{ effect: 'denny' }, 'effect is not as it should be:', 'did you mean deny? It is one of allow, deny, needs'],
  [{ kind: 'kind-7-of-man' }, 'kind is not as it should be:', 'did you mean kind-7-of-many?'],
  [{ kind: 'nope' }, 'kind is not as it should be:', `it is one of ${kinds.join(', ')}`],
  [{ state: 7 }, 'state is not as it should be:', 'it is one of open, ended'],
  [{ limit: 201 }, 'limit is not as it should be: it must be <= 200;', docs],
  [{ names: ['ada', 'grace'] }, 'names.1 is not as it should be: it must not have more than 3 characters;', docs],
  [
    { limits: 1 },
    'body is not as it should be: it has no field named limits;',
    'did you mean limit? Its fields are effect, kind, state, limit, names, template',
  ],
  [
    { '\u001b[2J': 1 },
    'body is not as it should be: it has no field;',
    'its fields are effect, kind, state, limit, names, template',
  ],
  ['text', 'body is not as it should be: it must be object;', docs],
  [
    { template: { ...github, reff: 'refs/heads/main' } },
    'template is not as it should be: it has no field named reff;',
    'did you mean ref? Its fields are provider, issuer, repositoryId, repositoryOwnerId, ref, refPattern, environment, workflowRef, events',
  ],
  [
    { template: { provider: 'github' } },
    'template is not as it should be: it needs repositoryId, repositoryOwnerId;',
    docs,
  ],
  [
    { template: { ...github, repositoryId: 'web' } },
    'template.repositoryId is not as it should be: it is a number, which the provider has for it;',
    docs,
  ],
  [
    { template: { provider: 'gitlap' } },
    'template.provider is not as it should be:',
    'did you mean gitlab? It is one of github, gitlab, circleci',
  ],
  [
    { template: { provider: 'gitlab', projectId: '1', namespaceId: '2', refType: 'heads' } },
    'template.refType is not as it should be:',
    'it is one of branch, tag',
  ],
  [{ template: [] }, 'template is not as it should be: it must be object;', docs],
])('of %j it is said: %s', (value, reason, next) => {
  expect(schemaFault(Body, value, 'body')).toEqual({ reason, next })
})

test('a value is never quoted: it may be a secret', () => {
  for (const field of ['effect', 'kind', 'state', 'limit', 'template'])
    expect(JSON.stringify(schemaFault(Body, { [field]: 'hunter2' }, 'body'))).not.toContain('hunter2')
})
