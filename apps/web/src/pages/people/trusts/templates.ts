import type { TrustTemplate } from '@rack-gateway/gateway-api'

export type Provider = TrustTemplate['provider']

interface TemplateField {
  readonly name: string
  readonly label: string
  readonly hint?: string
  readonly placeholder?: string
  readonly isRequired?: true
  /** Whether the field has several values, separated by spaces or commas. */
  readonly isList?: true
}

interface TemplateForm {
  readonly label: string
  /** How to find the IDs. */
  readonly hint: string
  readonly fields: readonly TemplateField[]
}

const ref = { name: 'ref', label: 'Ref' }
const refPattern = { name: 'refPattern', label: 'Ref pattern', hint: '* matches any text without / or :' }
const environment = { name: 'environment', label: 'Environment' }

export const templates: Readonly<Record<Provider, TemplateForm>> = {
  github: {
    label: 'GitHub Actions',
    hint: "gh api repos/OWNER/REPOSITORY --jq '.id, .owner.id'",
    fields: [
      { name: 'repositoryId', label: 'Repository ID', placeholder: '74', isRequired: true },
      { name: 'repositoryOwnerId', label: 'Owner ID', placeholder: '65', isRequired: true },
      {
        ...ref,
        placeholder: 'refs/heads/main',
        hint: 'Without a ref, a pattern, an environment, or a workflow, jobs of every branch and tag can use the trust.',
      },
      refPattern,
      environment,
      { name: 'workflowRef', label: 'Workflow', placeholder: 'acme/app/.github/workflows/deploy.yml@refs/heads/main' },
      {
        name: 'events',
        label: 'Events',
        hint: 'If empty, these events are allowed: push, workflow_dispatch, schedule, release.',
        isList: true,
      },
    ],
  },
  gitlab: {
    label: 'GitLab',
    hint: "curl -sS https://gitlab.com/api/v4/projects/GROUP%2FPROJECT | jq '.id, .namespace.id'",
    fields: [
      { name: 'projectId', label: 'Project ID', isRequired: true },
      { name: 'namespaceId', label: 'Namespace ID', isRequired: true },
      {
        ...ref,
        placeholder: 'main',
        hint: 'Without a ref, a pattern, or an environment, jobs of every protected branch and tag can use the trust.',
      },
      refPattern,
      environment,
      {
        name: 'sources',
        label: 'Pipeline sources',
        hint: 'If empty, these sources are allowed: push, web, schedule, api, trigger.',
        isList: true,
      },
      { name: 'issuer', label: 'GitLab address', hint: 'Only for a GitLab of your own. Leave empty for gitlab.com.' },
    ],
  },
  circleci: {
    label: 'CircleCI',
    hint: 'Organization Settings > Overview, and Project Settings > Overview',
    fields: [
      { name: 'organizationId', label: 'Organization ID', isRequired: true },
      { name: 'projectId', label: 'Project ID', isRequired: true },
      { name: 'origin', label: 'Origin', placeholder: 'github.com/acme/app', isRequired: true },
      {
        ...ref,
        placeholder: 'refs/heads/main',
        hint: 'Without a ref or a pattern, jobs of every branch and tag can use the trust.',
      },
      refPattern,
    ],
  },
}

/** Leaves out empty fields. The API validates the template. */
export function templateOf(provider: Provider, values: Readonly<Record<string, string>>): TrustTemplate {
  const members = templates[provider].fields.flatMap(({ name, isList }) => {
    const value = values[name]?.trim() ?? ''
    if (value === '') return []
    return [[name, isList ? value.split(/[\s,]+/) : value] as const]
  })
  return { provider, ...Object.fromEntries(members) } as TrustTemplate
}
