import { Value } from 'typebox/value'
import { describe, expect, test } from 'vitest'
import { TrustRequest, trustTerms } from './trust-request.ts'

const publicUrl = 'https://gateway.example.com'
const github = 'https://token.actions.githubusercontent.com'
const template = { provider: 'github', repositoryId: '74', repositoryOwnerId: '65' } as const
const byId = [{ claim: 'repository_id', equals: '74' }]

test('what is left open is the safe choice', () => {
  expect(trustTerms({ name: 'deploys', template, role: 'ci' }, publicUrl)).toMatchObject({
    issuer: github,
    audience: publicUrl,
    racks: '*',
    apps: '*',
    maxAge: 3_600,
  })
})

describe('a trust that anybody could meet is refused', () => {
  test.each([
    ['GitHub by name only', github, [{ claim: 'repository', equals: 'acme/app' }], 'names can be taken over'],
    ['GitHub by a pattern of ids', github, [{ claim: 'repository_id', pattern: '7*' }], 'names can be taken over'],
    ['GitHub by subject only', github, [{ claim: 'sub', pattern: 'repo:acme/*' }], 'names can be taken over'],
    [
      'GitLab by path only',
      'https://gitlab.com',
      [{ claim: 'project_path', equals: 'acme/app' }],
      'project_id or namespace_id',
    ],
    ['patterns only', 'https://ci.example.com', [{ claim: 'sub', pattern: 'x*' }], 'at least one exact condition'],
    [
      'emptiness only',
      'https://ci.example.com',
      [{ claim: 'head_ref', empty: true as const }],
      'at least one exact condition',
    ],
    [
      'a condition on the issuer',
      'https://ci.example.com',
      [{ claim: 'iss', equals: 'https://ci.example.com' }],
      'at least one exact',
    ],
    ['a condition on the audience', github, [...byId, { claim: 'aud', equals: 'x' }], 'checks aud by itself'],
  ])('%s', (_, issuer, conditions, reason) => {
    expect(() => trustTerms({ name: 'x', issuer, conditions, role: 'ci' }, publicUrl)).toThrow(reason)
  })
})

test.each([
  ['http://ci.example.com', 'does not begin with https://'],
  ['http://127.0.0.1.example.com', 'does not begin with https://'],
  ['https://user@ci.example.com', 'has credentials'],
  ['https://ci.example.com/?x', 'has credentials, a query'],
  ['https://CI.example.com', 'is not written as'],
  ['https://ci.example.com:443', 'is not written as'],
  ['https://ci.example.com/a/../b', 'is not written as'],
  ['file:///etc', 'does not begin with https://'],
  ['ci', 'is not a URL'],
])('the issuer %s is refused', (issuer, reason) => {
  const request = { name: 'x', issuer, conditions: [{ claim: 'project', equals: '1' }], role: 'ci' }
  expect(() => trustTerms(request, publicUrl)).toThrow(reason)
})

test.each([
  ['another audience', { template, audience: 'https://other.example.com' }, 'leave it out'],
  ['a template and conditions', { template, conditions: byId }, 'leave one of them out'],
  ['neither', {}, 'say one of them'],
  ['an issuer alone', { issuer: github }, 'say one of them'],
])('%s is refused', (_, part, reason) => {
  expect(() => trustTerms({ name: 'x', role: 'ci', ...part }, publicUrl)).toThrow(reason)
})

test.each([
  ['a field that is unknown', { condition: [] }],
  ['an age of a second', { maxAgeSeconds: 1 }],
  ['an age of more than a day', { maxAgeSeconds: 86_401 }],
  ['an id that is no number', { template: { ...template, repositoryId: '7*' } }],
  ['a template without an id', { template: { provider: 'github', repositoryId: '74' } }],
  ['conditions without any', { conditions: [] }],
  ['a condition of two kinds', { conditions: [{ claim: 'sub', equals: 'x', pattern: '*' }] }],
  ['an empty value', { conditions: [{ claim: 'sub', equals: '' }] }],
])('the schema refuses %s', (_, part) => {
  expect(Value.Check(TrustRequest, { name: 'x', role: 'ci', template, ...part })).toBe(false)
})

test('and takes a whole one', () => {
  const request = {
    name: 'x',
    role: 'ci',
    issuer: github,
    conditions: [...byId, { claim: 'ref', pattern: 'refs/heads/release/*' }],
  }
  expect(Value.Check(TrustRequest, request)).toBe(true)
})
