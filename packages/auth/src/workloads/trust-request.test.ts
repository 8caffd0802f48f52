import { TrustRequest, type TrustTemplate } from '@rack-gateway/gateway-api'
import { Value } from 'typebox/value'
import { describe, expect, test } from 'vitest'
import { trustTerms } from './trust-request.ts'

const publicUrl = 'https://gateway.example.com'
const github = 'https://token.actions.githubusercontent.com'
const template = { provider: 'github', repositoryId: '74', repositoryOwnerId: '65' } as const
const byId = [{ claim: 'repository_id', equals: '74' }]

test('defaults are the safe choice', () => {
  expect(trustTerms({ name: 'deploys', template, role: 'ci' }, publicUrl)).toMatchObject({
    issuer: github,
    audience: publicUrl,
    scopes: [{ racks: '*', apps: '*' }],
    maxAge: 3_600,
  })
})

describe('a trust that any job could meet is rejected', () => {
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
    [
      'patterns only',
      'https://ci.example.com',
      [{ claim: 'sub', pattern: 'x*' }],
      'No condition permanently identifies',
    ],
    [
      'emptiness only',
      'https://ci.example.com',
      [{ claim: 'head_ref', empty: true as const }],
      'No condition permanently identifies',
    ],
    [
      'a condition on the issuer',
      'https://ci.example.com',
      [{ claim: 'iss', equals: 'https://ci.example.com' }],
      'No condition permanently identifies',
    ],
    [
      'yes or no',
      'https://ci.example.com',
      [{ claim: 'ref_protected', equals: true }],
      'Add an exact condition on sub',
    ],
    [
      'where it runs',
      'https://ci.example.com',
      [{ claim: 'runner_environment', equals: 'self-hosted' }],
      'ends with id',
    ],
    [
      'an id that is yes or no',
      'https://ci.example.com',
      [{ claim: 'has_id', equals: true }],
      'Add an exact condition on sub',
    ],
    ['an id or no', github, [{ claim: 'repository_id', oneOf: ['74', false] }], 'repository_id or repository_owner_id'],
    ['GitHub by runner', github, [{ claim: 'runner_environment', equals: 'self-hosted' }], 'Add an exact condition'],
    [
      'a GitHub enterprise by subject',
      `${github}/acme`,
      [{ claim: 'sub', equals: 'repo:acme/app:ref:refs/heads/main' }],
      'names can be taken over',
    ],
    [
      'CircleCI by origin',
      'https://oidc.circleci.com/org/f22b6566-597d-46d5-ba74-99ef5bb3d85c',
      [{ claim: 'oidc.circleci.com/vcs-origin', equals: 'github.com/acme/app' }],
      'oidc.circleci.com/project-id',
    ],
    ['a word that ends like id', 'https://ci.example.com', [{ claim: 'paid', equals: 'x' }], 'ends with id'],
    ['a condition on the audience', github, [...byId, { claim: 'aud', equals: 'x' }], 'checks the claim aud'],
  ])('%s', (_, issuer, conditions, reason) => {
    expect(() => trustTerms({ name: 'x', issuer, conditions, role: 'ci' }, publicUrl)).toThrow(reason)
  })
})

test.each(['sub', 'id', 'project_id', 'projectId', 'ci.example.com/project-id', 'team:uuid'])(
  'an issuer without a template can be identified by the claim %s',
  (claim) => {
    const request = { name: 'x', issuer: 'https://ci.example.com', conditions: [{ claim, equals: '1' }], role: 'ci' }
    expect(trustTerms(request, publicUrl)).toMatchObject({ conditions: [{ claim, equals: '1' }] })
  },
)

test.each<TrustTemplate>([
  template,
  { provider: 'gitlab', projectId: '1', namespaceId: '2' },
  {
    provider: 'circleci',
    organizationId: 'f22b6566-597d-46d5-ba74-99ef5bb3d85c',
    projectId: 'c8e2d9a3-597d-46d5-ba74-99ef5bb3d85c',
    origin: 'github.com/acme/app',
  },
  { ...template, issuer: 'https://ghes.example.com/_services/token' },
  { provider: 'gitlab', projectId: '1', namespaceId: '2', issuer: 'https://gitlab.example.com' },
])('every template identifies the owner of the job: %o', (ready) => {
  expect(() => trustTerms({ name: 'x', template: ready, role: 'ci' }, publicUrl)).not.toThrow()
})

test.each([
  [{ ref: 'v1' }, { claim: 'ref_type', equals: 'branch' }],
  [{ refPattern: 'v*' }, { claim: 'ref_type', equals: 'branch' }],
  [
    { ref: 'v1', refType: 'tag' as const },
    { claim: 'ref_type', equals: 'tag' },
  ],
  [{ refType: 'tag' as const }, { claim: 'ref_type', equals: 'tag' }],
])('GitLab’s %o matches either branches or tags', (part, condition) => {
  const gitlab = { provider: 'gitlab', projectId: '1', namespaceId: '2', ...part } as const
  const { conditions } = trustTerms({ name: 'x', template: gitlab, role: 'ci' }, publicUrl)
  expect(conditions).toContainEqual(condition)
})

test.each([
  ['http://localhost:4180', 'http://127.0.0.1:9000'],
  ['http://127.0.0.1:1', 'http://localhost:9000'],
  ['http://[::1]:1', 'http://[::1]:9000'],
])('a gateway at %s accepts an issuer at %s', (ours, issuer) => {
  const request = { name: 'x', issuer, conditions: byId, role: 'ci' }
  expect(trustTerms(request, ours)).toMatchObject({ issuer })
  expect(() => trustTerms(request, publicUrl)).toThrow('does not begin with https://')
  expect(() => trustTerms(request, 'http://localhost.example.com')).toThrow('does not begin with https://')
})

test.each([
  ['http://ci.example.com', 'does not begin with https://'],
  ['http://127.0.0.1.example.com', 'does not begin with https://'],
  ['https://127.0.0.1', 'loopback, link-local, or metadata address'],
  ['https://localhost:8443', 'loopback, link-local, or metadata address'],
  ['https://[::1]', 'loopback, link-local, or metadata address'],
  ['https://169.254.169.254', 'loopback, link-local, or metadata address'],
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
  ['another audience', { template, audience: 'https://other.example.com' }, 'Leave the audience out'],
  ['pull requests', { template: { ...template, events: ['push', 'pull_request'] } }, 'a fork may be able to trigger'],
  [
    'pull requests with secrets',
    { template: { ...template, events: ['pull_request_target'] } },
    'a fork may be able to trigger',
  ],
  [
    'events that anybody can trigger',
    { template: { ...template, events: ['issue_comment'] } },
    'a fork may be able to trigger',
  ],
  [
    'parent_pipeline',
    { template: { provider: 'gitlab' as const, projectId: '1', namespaceId: '2', sources: ['parent_pipeline'] } },
    'a fork may be able to trigger',
  ],
  [
    'external_pull_request_event',
    {
      template: {
        provider: 'gitlab' as const,
        projectId: '1',
        namespaceId: '2',
        sources: ['external_pull_request_event'],
      },
    },
    'a fork may be able to trigger',
  ],
  [
    'events that a pull request triggers',
    { template: { ...template, events: ['workflow_run'] } },
    'a fork may be able to trigger',
  ],
  [
    'merge requests',
    { template: { provider: 'gitlab' as const, projectId: '1', namespaceId: '2', sources: ['merge_request_event'] } },
    'a fork may be able to trigger',
  ],
  ['a template and conditions', { template, conditions: byId }, 'Leave one of them out'],
  ['neither', {}, 'Add one of them'],
  ['an issuer alone', { issuer: github }, 'Add one of them'],
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

test('the schema accepts a complete request', () => {
  const request = {
    name: 'x',
    role: 'ci',
    issuer: github,
    conditions: [...byId, { claim: 'ref', pattern: 'refs/heads/release/*' }],
  }
  expect(Value.Check(TrustRequest, request)).toBe(true)
})
