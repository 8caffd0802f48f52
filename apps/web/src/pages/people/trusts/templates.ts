import type { TrustTemplate } from '@rack-gateway/gateway-api'

export type Provider = TrustTemplate['provider']

interface TemplateField {
  readonly name: string
  readonly label: string
  readonly hint?: string
  readonly placeholder?: string
  readonly isRequired?: true
  /** Words that are separated by spaces. */
  readonly isList?: true
}

interface TemplateForm {
  readonly label: string
  /** How to find the IDs. */
  readonly hint: string
  readonly fields: readonly TemplateField[]
}

const ref = {
  name: 'ref',
  label: 'Ref',
  hint: 'Without a ref or an environment, every branch can use the trust.',
}
const refPattern = { name: 'refPattern', label: 'Pattern of refs', hint: '* is any text without / and :' }
const environment = { name: 'environment', label: 'Environment' }

export const templates: Readonly<Record<Provider, TemplateForm>> = {
  github: {
    label: 'GitHub Actions',
    hint: "gh api repos/OWNER/REPOSITORY --jq '.id, .owner.id'",
    fields: [
      { name: 'repositoryId', label: 'ID of the repository', placeholder: '74', isRequired: true },
      { name: 'repositoryOwnerId', label: 'ID of its owner', placeholder: '65', isRequired: true },
      { ...ref, placeholder: 'refs/heads/main' },
      refPattern,
      environment,
      { name: 'workflowRef', label: 'Workflow', placeholder: 'acme/app/.github/workflows/deploy.yml@refs/heads/main' },
      { name: 'events', label: 'Events', hint: 'Empty: push, workflow_dispatch, schedule, release', isList: true },
    ],
  },
  gitlab: {
    label: 'GitLab',
    hint: "curl -sS https://gitlab.com/api/v4/projects/GROUP%2FPROJECT | jq '.id, .namespace.id'",
    fields: [
      { name: 'projectId', label: 'ID of the project', isRequired: true },
      { name: 'namespaceId', label: 'ID of its namespace', isRequired: true },
      { ...ref, placeholder: 'main' },
      refPattern,
      environment,
      { name: 'sources', label: 'Pipeline sources', hint: 'Empty: push, web, schedule, api, trigger', isList: true },
      { name: 'issuer', label: 'Address', hint: 'Of your own GitLab. Empty: gitlab.com' },
    ],
  },
  circleci: {
    label: 'CircleCI',
    hint: 'Organization Settings > Overview, and Project Settings > Overview',
    fields: [
      { name: 'organizationId', label: 'ID of the organization', isRequired: true },
      { name: 'projectId', label: 'ID of the project', isRequired: true },
      { name: 'origin', label: 'Origin', placeholder: 'github.com/acme/app', isRequired: true },
      { ...ref, placeholder: 'refs/heads/main' },
      refPattern,
    ],
  },
}

/** The template of a request, without what is empty. The API checks it. */
export function templateOf(provider: Provider, values: Readonly<Record<string, string>>): TrustTemplate {
  const members = templates[provider].fields.flatMap(({ name, isList }) => {
    const value = values[name]?.trim() ?? ''
    if (value === '') return []
    return [[name, isList ? value.split(/[\s,]+/) : value] as const]
  })
  return { provider, ...Object.fromEntries(members) } as TrustTemplate
}
