import { apiPrefix, type Endpoint, endpoints } from '@rack-gateway/gateway-api'
import { builtInPolicy } from '@rack-gateway/rbac-policy/document'
import { hasPermission } from './roles.ts'
import { code, table } from './table.ts'

const all: readonly Endpoint[] = Object.values(endpoints)

/** The generated part of api.md, from the table of endpoints. */
export function apiParts(): Record<string, string> {
  const rows = all.map((endpoint) => [
    code(`${endpoint.method} ${endpoint.path}`),
    [endpoint.summary, endpoint.description ?? ''].join(' ').trim(),
    requirementsOf(endpoint),
    fields(endpoint),
  ])
  return { endpoints: table([`below ${code(apiPrefix)}`, 'description', 'requires', 'parameters'], rows) }
}

function requirementsOf(endpoint: Endpoint): string {
  if (endpoint.authentication === 'anyone') return 'no credential'
  if (endpoint.authentication === 'job') return 'the OIDC token of a CI job'
  const { permission, additionalPermission: second, scope, permissionForOthers, callers } = endpoint
  const usersOnly = callers.includes('api-token') ? '' : '; users only'
  if (scope === 'gateway')
    return `${code(permission)}${second === undefined ? '' : ` and ${code(second)}`}: ${rolesWith(permission)}${usersOnly}`
  const others = permissionForOthers && `; for others ${code(permissionForOthers)}: ${rolesWith(permissionForOthers)}`
  return `every caller${others ?? ''}${usersOnly}`
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
