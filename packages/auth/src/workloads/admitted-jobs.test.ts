import { expect, test } from 'vitest'
import { admissionWarning } from './admitted-jobs.ts'
import { expandTemplate } from './templates.ts'

const github = { provider: 'github', repositoryId: '1', repositoryOwnerId: '2' } as const
const gitlab = { provider: 'gitlab', projectId: '1', namespaceId: '2' } as const
const circleci = {
  provider: 'circleci',
  organizationId: '6b1f8f4c-0000-4000-8000-000000000000',
  projectId: '6b1f8f4c-0000-4000-8000-000000000001',
  origin: 'github.com/acme/app',
} as const

test.each([
  ['GitHub', github, 'every branch and tag'],
  ['GitHub, any branch by a pattern', { ...github, refPattern: 'refs/heads/*' }, 'every branch and tag'],
  ['GitLab', gitlab, 'every protected branch and tag'],
  ['GitLab, unprotected, too', { ...gitlab, unprotectedRefs: true as const }, 'every branch and tag'],
  ['CircleCI', circleci, 'every branch and tag'],
])('a trust in %s that names no ref says what it admits', (_, template, admitted) => {
  expect(admissionWarning(expandTemplate(template).conditions)).toContain(`admits the jobs of ${admitted}.`)
})

test.each([
  ['a ref', { ...github, ref: 'refs/heads/main' }],
  ['a pattern', { ...github, refPattern: 'refs/heads/release-*' }],
  ['an environment', { ...github, environment: 'production' }],
  ['a workflow', { ...github, workflowRef: 'acme/app/.github/workflows/deploy.yml@refs/heads/main' }],
  ['a branch of GitLab', { ...gitlab, ref: 'main' }],
  ['an environment of GitLab', { ...gitlab, environment: 'production' }],
  ['a branch of CircleCI', { ...circleci, ref: 'refs/heads/main' }],
])('a trust that names %s has no warning', (_, template) => {
  expect(admissionWarning(expandTemplate(template).conditions)).toBeNull()
})

test('hand-written conditions are read in the same way', () => {
  expect(admissionWarning([{ claim: 'repository_id', equals: '1' }])).toContain('every branch and tag')
  expect(
    admissionWarning([
      { claim: 'repository_id', equals: '1' },
      { claim: 'sub', equals: 'x' },
    ]),
  ).toBeNull()
  expect(admissionWarning([{ claim: 'team', equals: 'x' }])).toBeNull()
})
