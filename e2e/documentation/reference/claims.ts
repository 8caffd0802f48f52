import { expandTemplate, jobClaims } from '@rack-gateway/auth'
import type { TrustCondition, TrustTemplate } from '@rack-gateway/gateway-api'
import { code, list, table } from './table.ts'

type Provider = TrustTemplate['provider']
type Job = keyof (typeof jobClaims)['github']

/** Each template with its own field names as values. Fields that extend a default are left out. */
const templates: readonly [string, TrustTemplate][] = [
  [
    'GitHub',
    {
      provider: 'github',
      ...named('repositoryId', 'repositoryOwnerId', 'ref', 'refPattern', 'environment', 'workflowRef'),
    },
  ],
  ['GitLab', { provider: 'gitlab', ...named('projectId', 'namespaceId', 'ref', 'refPattern', 'environment') }],
  ['CircleCI', { provider: 'circleci', ...named('organizationId', 'projectId', 'origin', 'ref', 'refPattern') }],
]
/** The fields that extend a default condition, by claim. */
const extendedBy: Readonly<Record<string, string>> = {
  event_name: 'events',
  pipeline_source: 'sources',
  ref_protected: 'unprotectedRefs',
  ref_type: 'refType',
}

/** The generated parts of keyless-ci.md: the conditions of the templates, and the claims that identify a job. */
export function claimParts(): Record<string, string> {
  const conditions = templates.map(([provider, template]): [string, string] => [
    provider,
    expandTemplate(template).conditions.map(claimText).join('; '),
  ])
  const providers: readonly Provider[] = ['github', 'gitlab', 'circleci']
  return {
    claims: list(conditions),
    job: table(
      ['`principal.job`', 'GitHub', 'GitLab', 'CircleCI'],
      (Object.keys(jobClaims.github) as Job[]).map((name) => [
        code(name),
        ...providers.map((provider) => jobClaims[provider][name].map(code).join(', else ')),
      ]),
    ),
  }
}

/** A claim, and the field or value that it must have. */
function claimText(condition: TrustCondition): string {
  const field = extendedBy[condition.claim]
  const extension = condition.claim === 'ref_type' ? ` if ${code('ref')} or ${code('refPattern')} is set` : ''
  const exception = field === undefined ? '' : ` (unless ${code(field)} allows others)`
  return `${code(condition.claim)} ${requirement(condition)}${extension}${exception}`
}

function named<N extends string>(...names: readonly N[]): Record<N, string> {
  return Object.fromEntries(names.map((name) => [name, `{${name}}`])) as Record<N, string>
}

function requirement(condition: TrustCondition): string {
  if ('equals' in condition) return `is ${value(condition.equals)}`
  if ('oneOf' in condition) return `is one of ${condition.oneOf.map(value).join(', ')}`
  return 'pattern' in condition ? `matches ${value(condition.pattern)}` : 'is missing or empty'
}

/** A field of the template, or a literal in JSON. */
function value(expected: unknown): string {
  const [, field] = /^\{(\w+)\}$/.exec(String(expected)) ?? []
  return field === undefined ? code(JSON.stringify(expected)) : code(field)
}
