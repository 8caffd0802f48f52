import type { TemplateOf, TrustCondition, TrustTemplate } from '@rack-gateway/gateway-api'
import { InvalidTrust } from '../errors/errors.ts'

/** Events whose jobs run the code of the repository, and that only a user with write access can trigger. */
const ownEvents = ['push', 'workflow_dispatch', 'schedule', 'release'] as const
/**
 * Pipeline sources of GitLab whose jobs run the code of the project, and that only a user with write access can
 * trigger. A child pipeline is not included, because a merge request can start a child pipeline.
 */
const ownSources = ['push', 'web', 'schedule', 'api', 'trigger'] as const

/**
 * Events that only a user with write access can trigger. A fork can trigger all other events, and no claim says whose
 * code their jobs run.
 */
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

export interface TemplateResult {
  readonly issuer: string
  readonly conditions: TrustCondition[]
}

/** @throws InvalidTrust if the trust could admit the jobs of a fork */
export function expandTemplate(template: TrustTemplate): TemplateResult {
  switch (template.provider) {
    case 'github':
      return expandGitHub(template)
    case 'gitlab':
      return expandGitLab(template)
    case 'circleci':
      return expandCircleCi(template)
  }
}

function assertNoForks(names: readonly string[], field: keyof typeof byWriters): void {
  const known: readonly string[] = byWriters[field]
  const found = names.find((name) => !known.includes(name))
  if (found === undefined) return
  throw new InvalidTrust(
    `The template's ${field} contain ${found}, which a fork may be able to trigger without write access.`,
    `Leave it out, or write issuer and conditions yourself if only trusted people can start such jobs. These need write access: ${known.join(', ')}.`,
  )
}

/** Conditions use IDs, because names can be reused by another repository. Only pull requests have a `head_ref`. */
function expandGitHub(given: TemplateOf<'github'>): TemplateResult {
  const { issuer = 'https://token.actions.githubusercontent.com', events = [...ownEvents] } = given
  assertNoForks(events, 'events')
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

/**
 * The pipeline of a merge request from a fork has the fork's project_id, so the condition on project_id excludes it. A
 * member of the target project can start such a pipeline in the target project, with that project's ID. The condition
 * on pipeline_source excludes this pipeline.
 */
function expandGitLab(given: TemplateOf<'gitlab'>): TemplateResult {
  const { issuer = 'https://gitlab.com', sources = [...ownSources] } = given
  assertNoForks(sources, 'sources')
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

function gitLabRefType({ ref, refPattern, refType }: TemplateOf<'gitlab'>): string | undefined {
  return refType ?? (ref === undefined && refPattern === undefined ? undefined : 'branch')
}

/** Excludes jobs that were rerun with SSH, because a user has a shell in such a job. */
function expandCircleCi(given: TemplateOf<'circleci'>): TemplateResult {
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

function refConditions(claim: string, { ref, refPattern }: { ref?: string; refPattern?: string }): TrustCondition[] {
  return [...exact(claim, ref), ...(refPattern === undefined ? [] : [{ claim, pattern: refPattern }])]
}

function exact(claim: string, equals: string | undefined): TrustCondition[] {
  return equals === undefined ? [] : [{ claim, equals }]
}
