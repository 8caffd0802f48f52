import { describe, expect, test } from 'vitest'
import { jobName, jobOf } from './job.ts'

/** As GitLab's documentation shows them. */
const gitlab = {
  namespace_id: '72',
  namespace_path: 'my-group',
  project_id: '20',
  project_path: 'my-group/my-project',
  user_id: '1',
  user_login: 'sample-user',
  user_email: 'sample-user@example.com',
  pipeline_id: '574',
  pipeline_source: 'push',
  job_id: '302',
  ref: 'feature-branch-1',
  ref_type: 'branch',
  ref_path: 'refs/heads/feature-branch-1',
  ref_protected: 'false',
  sha: '714a629c0b401fdce83e847fc9589983fc6f46bc',
  ci_config_ref_uri: 'gitlab.example.com/my-group/my-project//.gitlab-ci.yml@refs/heads/main',
  ci_config_sha: '714a629c0b401fdce83e847fc9589983fc6f46bc',
}

const circleci = {
  'oidc.circleci.com/org-id': '00000000-0000-4000-8000-000000000001',
  'oidc.circleci.com/project-id': '00000000-0000-4000-8000-000000000002',
  'oidc.circleci.com/pipeline-definition-id': '00000000-0000-4000-8000-000000000003',
  'oidc.circleci.com/pipeline-id': '00000000-0000-4000-8000-000000000004',
  'oidc.circleci.com/workflow-id': '00000000-0000-4000-8000-000000000005',
  'oidc.circleci.com/job-id': '00000000-0000-4000-8000-000000000006',
  'oidc.circleci.com/vcs-origin': 'github.com/acme/app',
  'oidc.circleci.com/vcs-ref': 'refs/heads/main',
  'oidc.circleci.com/ssh-rerun': false,
}
const { 'oidc.circleci.com/vcs-origin': _origin, 'oidc.circleci.com/workflow-id': _workflow, ...bare } = circleci

describe('a job is described by its claims', () => {
  test.each([
    [
      'GitLab',
      gitlab,
      {
        repository: 'my-group/my-project',
        workflow: 'gitlab.example.com/my-group/my-project//.gitlab-ci.yml@refs/heads/main',
        run: '574',
        job: '302',
        commit: '714a629c0b401fdce83e847fc9589983fc6f46bc',
        ref: 'feature-branch-1',
        actor: 'sample-user',
      },
      'my-group/my-project run 574',
    ],
    [
      'CircleCI',
      circleci,
      {
        repository: 'github.com/acme/app',
        workflow: '00000000-0000-4000-8000-000000000003',
        run: '00000000-0000-4000-8000-000000000005',
        job: '00000000-0000-4000-8000-000000000006',
        ref: 'refs/heads/main',
      },
      'github.com/acme/app run 00000000-0000-4000-8000-000000000005',
    ],
    [
      'CircleCI without an origin and a workflow',
      bare,
      {
        repository: '00000000-0000-4000-8000-000000000002',
        workflow: '00000000-0000-4000-8000-000000000003',
        run: '00000000-0000-4000-8000-000000000004',
        job: '00000000-0000-4000-8000-000000000006',
        ref: 'refs/heads/main',
      },
      '00000000-0000-4000-8000-000000000002 run 00000000-0000-4000-8000-000000000004',
    ],
    ['a system that nobody knows', { sub: 'x' }, {}, 'a_subject'],
  ])('%s', (_, claims, job, name) => {
    expect(jobOf(claims)).toEqual(job)
    expect(jobName(jobOf(claims), 'a subject')).toBe(name)
  })

  test('an inherited claim, or one that is neither text nor number, is ignored', () => {
    expect(jobOf(Object.create({ repository: 'acme/app' }))).toEqual({})
    expect(jobOf({ repository: ['acme/app'], sha: { toString: () => 'x' }, run_id: 7 })).toEqual({ run: '7' })
  })
})
