import { type Static, Type } from 'typebox'
import { InvalidTrust } from '../errors.ts'
import type { Condition } from './conditions.ts'

const closed = { additionalProperties: false } as const
const Id = Type.String({ pattern: '^[0-9]{1,20}$', description: 'a number, which the provider has for it' })
const Uuid = Type.String({
  pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$',
  description: 'a UUID, which the provider has for it',
})
const Short = Type.String({ minLength: 1, maxLength: 200 })
const Host = Type.String({ minLength: 1, maxLength: 300, description: 'of an installation of your own' })

/** Events whose job runs what is in the repository, and that nobody without write access can set off. */
const ownEvents = ['push', 'workflow_dispatch', 'schedule', 'release'] as const
/** GitLab's sources of pipelines of the same kind. A child pipeline can be that of a merge request. */
const ownSources = ['push', 'web', 'schedule', 'api', 'trigger'] as const

/** Those that only somebody with write access can set off. Behind others a fork can stand, and no claim says whose the code is that such a job runs. */
const byWriters = {
  events: [
    ...ownEvents,
    'create',
    'delete',
    'deployment',
    'merge_group',
    'page_build',
    'registry_package',
    'repository_dispatch',
  ],
  sources: [...ownSources, 'chat', 'pipeline', 'webide'],
} as const

/** @see https://docs.github.com/en/actions/reference/security/oidc */
const GitHubTemplate = Type.Object(
  {
    provider: Type.Literal('github'),
    issuer: Type.Optional(Host),
    repositoryId: Id,
    repositoryOwnerId: Id,
    /** Such as `refs/heads/main`; a star, where one is meant, is in `refPattern`. */
    ref: Type.Optional(Short),
    refPattern: Type.Optional(Short),
    environment: Type.Optional(Short),
    /** Such as `acme/app/.github/workflows/deploy.yml@refs/heads/main`. */
    workflowRef: Type.Optional(Short),
    events: Type.Optional(Type.Array(Short, { minItems: 1, maxItems: 20 })),
  },
  closed,
)

/** @see https://docs.gitlab.com/ci/secrets/id_token_authentication/ */
const GitLabTemplate = Type.Object(
  {
    provider: Type.Literal('gitlab'),
    issuer: Type.Optional(Host),
    projectId: Id,
    namespaceId: Id,
    ref: Type.Optional(Short),
    refPattern: Type.Optional(Short),
    /** What these name, a branch when left out: a tag can be called like a branch. */
    refType: Type.Optional(Type.Union([Type.Literal('branch'), Type.Literal('tag')])),
    environment: Type.Optional(Short),
    /** Jobs of unprotected branches and tags, too: whoever can push can then use the trust. */
    unprotectedRefs: Type.Optional(Type.Literal(true)),
    sources: Type.Optional(Type.Array(Short, { minItems: 1, maxItems: 20 })),
  },
  closed,
)

/** @see https://circleci.com/docs/guides/permissions-authentication/openid-connect-tokens/ */
const CircleCiTemplate = Type.Object(
  {
    provider: Type.Literal('circleci'),
    organizationId: Uuid,
    projectId: Uuid,
    /** Such as `github.com/acme/app`: a fork's build has the fork's. */
    origin: Short,
    ref: Type.Optional(Short),
    refPattern: Type.Optional(Short),
  },
  closed,
)

export const Template = Type.Union([GitHubTemplate, GitLabTemplate, CircleCiTemplate])
export type Template = Static<typeof Template>

export interface TemplateResult {
  readonly issuer: string
  readonly conditions: Condition[]
}

/** The issuer and conditions of a ready trust. @throws InvalidTrust for one that could let a fork's jobs in */
export function expandTemplate(template: Template): TemplateResult {
  switch (template.provider) {
    case 'github':
      return expandGitHub(template)
    case 'gitlab':
      return expandGitLab(template)
    case 'circleci':
      return expandCircleCi(template)
  }
}

function refuseForks(names: readonly string[], field: keyof typeof byWriters): void {
  const known: readonly string[] = byWriters[field]
  const found = names.find((name) => !known.includes(name))
  if (found === undefined) return
  throw new InvalidTrust(
    `the template's ${field} name ${found}, which isn't known to need write access: its jobs can be a fork's, and their tokens don't say so`,
    `leave it out (${known.join(', ')} are known), or write issuer and conditions yourself if only people you trust can start such jobs`,
  )
}

/** Ids are never given to another repository; names are. `head_ref` is only there for pull requests. */
function expandGitHub(given: Static<typeof GitHubTemplate>): TemplateResult {
  const { issuer = 'https://token.actions.githubusercontent.com', events = [...ownEvents] } = given
  refuseForks(events, 'events')
  return {
    issuer,
    conditions: [
      { claim: 'repository_id', equals: given.repositoryId },
      { claim: 'repository_owner_id', equals: given.repositoryOwnerId },
      { claim: 'event_name', oneOf: events },
      { claim: 'head_ref', empty: true },
      ...refConditions('ref', given),
      ...exact('environment', given.environment),
      ...exact('workflow_ref', given.workflowRef),
    ],
  }
}

/** A merge request's pipeline carries the fork's project_id, unless a member of the target project has started it there. */
function expandGitLab(given: Static<typeof GitLabTemplate>): TemplateResult {
  const { issuer = 'https://gitlab.com', sources = [...ownSources] } = given
  refuseForks(sources, 'sources')
  return {
    issuer,
    conditions: [
      { claim: 'project_id', equals: given.projectId },
      { claim: 'namespace_id', equals: given.namespaceId },
      { claim: 'pipeline_source', oneOf: sources },
      ...(given.unprotectedRefs ? [] : exact('ref_protected', 'true')),
      ...refConditions('ref', given),
      ...exact('ref_type', gitLabRefType(given)),
      ...exact('environment', given.environment),
    ],
  }
}

function gitLabRefType({ ref, refPattern, refType }: Static<typeof GitLabTemplate>): string | undefined {
  return refType ?? (ref === undefined && refPattern === undefined ? undefined : 'branch')
}

/** Whoever re-runs a job with SSH has a shell in it. */
function expandCircleCi(given: Static<typeof CircleCiTemplate>): TemplateResult {
  return {
    issuer: `https://oidc.circleci.com/org/${given.organizationId}`,
    conditions: [
      { claim: 'oidc.circleci.com/project-id', equals: given.projectId },
      { claim: 'oidc.circleci.com/vcs-origin', equals: given.origin },
      { claim: 'oidc.circleci.com/ssh-rerun', equals: false },
      ...refConditions('oidc.circleci.com/vcs-ref', given),
    ],
  }
}

function refConditions(claim: string, { ref, refPattern }: { ref?: string; refPattern?: string }): Condition[] {
  return [...exact(claim, ref), ...(refPattern === undefined ? [] : [{ claim, pattern: refPattern }])]
}

function exact(claim: string, equals: string | undefined): Condition[] {
  return equals === undefined ? [] : [{ claim, equals }]
}
