import { type Condition, expandTemplate, jobClaims, type Template } from '@rack-gateway/auth'
import { code, table } from './table.ts'

type Provider = Template['provider']
type Job = keyof (typeof jobClaims)['github']

/** Every field of each template, with its own name as the value, but for those that widen what it takes. */
const templates: readonly [string, Template][] = [
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
/** What widens a condition whose values stand in the template. */
const widenedBy: Readonly<Record<string, string>> = {
  event_name: 'events',
  pipeline_source: 'sources',
  ref_protected: 'unprotectedRefs',
  ref_type: 'refType',
}

/** The generated parts of keyless-ci.md, from what the templates ask and where the providers say what runs. */
export function claimParts(): Record<string, string> {
  const conditions = templates.flatMap(([provider, template]) =>
    expandTemplate(template).conditions.map((condition) => [
      provider,
      code(condition.claim),
      wanted(condition),
      widenedBy[condition.claim] === undefined ? '' : code(widenedBy[condition.claim] ?? ''),
    ]),
  )
  const providers: readonly Provider[] = ['github', 'gitlab', 'circleci']
  return {
    claims: table(['provider', 'claim', 'must be', 'otherwise by'], conditions),
    job: table(
      ['`principal.job`', 'GitHub', 'GitLab', 'CircleCI'],
      (Object.keys(jobClaims.github) as Job[]).map((name) => [
        code(name),
        ...providers.map((provider) => jobClaims[provider][name].map(code).join(', else ')),
      ]),
    ),
  }
}

function named<N extends string>(...names: readonly N[]): Record<N, string> {
  return Object.fromEntries(names.map((name) => [name, `{${name}}`])) as Record<N, string>
}

function wanted(condition: Condition): string {
  if ('equals' in condition) return value(condition.equals)
  if ('oneOf' in condition) return `one of ${condition.oneOf.map(value).join(', ')}`
  return 'pattern' in condition ? `like ${value(condition.pattern)}` : 'missing or empty'
}

/** A field of the template, or what must stand in the token. */
function value(wanted: unknown): string {
  const [, field] = /^\{(\w+)\}$/.exec(String(wanted)) ?? []
  return field === undefined ? code(JSON.stringify(wanted)) : `the template’s ${code(field)}`
}
