import type { TemplateOf, TrustCondition, TrustTemplate } from '@rack-gateway/gateway-api'
import { InvalidTrust } from '../errors.ts'

/** Events whose job runs what is in the repository, and that nobody without write access can set off. */
const ownEvents = ['push', 'workflow_dispatch', 'schedule', 'release'] as const
/** GitLab's sources of pipelines of the same kind. A child pipeline can be that of a merge request. */
const ownSources = ['push', 'web', 'schedule', 'api', 'trigger'] as const

/** Events that only a user with write access can trigger. A fork can trigger others, and no claim says whose code such a job runs. */
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

/** The issuer and conditions of a ready trust. @throws InvalidTrust for one that could let a fork's jobs in */
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
function expandGitHub(given: TemplateOf<'github'>): TemplateResult {
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
function expandGitLab(given: TemplateOf<'gitlab'>): TemplateResult {
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

function gitLabRefType({ ref, refPattern, refType }: TemplateOf<'gitlab'>): string | undefined {
  return refType ?? (ref === undefined && refPattern === undefined ? undefined : 'branch')
}

/** Re-running a job with SSH gives a shell in it. */
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
