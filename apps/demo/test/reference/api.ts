import { apiPrefix, type Endpoint, endpoints } from '@rack-gateway/gateway/management-api'
import { builtInPolicy } from '@rack-gateway/rbac-policy/document'
import { hasPermission } from './roles.ts'
import { code, table } from './table.ts'

const all: readonly Endpoint[] = Object.values(endpoints)

/** The generated part of api.md, from the table that routes and authorisation are made from. */
export function apiParts(): Record<string, string> {
  const rows = all.map((endpoint) => [
    code(`${endpoint.method} ${endpoint.path}`),
    endpoint.summary,
    whoMay(endpoint),
    fields(endpoint),
  ])
  return { endpoints: table([`below ${code(apiPrefix)}`, 'what it does', 'who may', 'takes'], rows) }
}

function whoMay(endpoint: Endpoint): string {
  if (endpoint.authentication === 'anyone') return 'anyone, without a credential'
  if (endpoint.authentication === 'job') return 'a CI job, by its OIDC token'
  const { permission, also, scope, others, callers } = endpoint
  const people = callers.includes('api-token') ? '' : '; people only'
  if (scope === 'gateway')
    return `${code(permission)}${also === undefined ? '' : ` and ${code(also)}`}: ${rolesWith(permission)}${people}`
  return `everyone${others === undefined ? '' : `; for others ${code(others)}: ${rolesWith(others)}`}${people}`
}

function rolesWith(permission: string): string {
  return builtInPolicy()
    .roles.map(({ name }) => name)
    .filter((role) => hasPermission(role, permission))
    .join(', ')
}

function fields({ query, body }: Endpoint): string {
  const names = (what: string, shape: Endpoint['body']) =>
    shape === undefined
      ? []
      : [
          `${what} ${Object.keys(shape.properties)
            .map((name) => (shape.required?.includes(name) ? `**${code(name)}**` : code(name)))
            .join(' ')}`,
        ]
  return [...names('query', query), ...names('body', body)].join('; ')
}
