import { type Endpoint, endpoints } from '@rack-gateway/gateway-api'
import { code, list } from './table.ts'

const auditFilters = Object.keys(endpoints.followAudit.query.properties)
const all: readonly Endpoint[] = Object.values(endpoints)

/** The generated part of api.md, from the table of endpoints. */
export function apiParts(): Record<string, string> {
  const items = all.map((endpoint): [string, ...string[]] => [
    `${code(`${endpoint.method} ${endpoint.path}`)} (${requirementsOf(endpoint)})`,
    endpoint.summary,
    endpoint.description ?? '',
    fields(endpoint),
  ])
  return {
    filters: `The audit filters are ${auditFilters.map(code).join(' ')}.`,
    endpoints: list(items),
  }
}

function requirementsOf(endpoint: Endpoint): string {
  if (endpoint.authentication === 'anyone') return 'no credential'
  if (endpoint.authentication === 'job') return 'the OIDC token of a CI job'
  const {
    permission,
    additionalPermission: second,
    scope,
    permissionForOthers,
    principalKinds,
    cookieRequires,
  } = endpoint
  const usersOnly = principalKinds.includes('api-token') ? '' : '; users only'
  const login = cookieRequires === undefined ? '' : '; a browser session only within five minutes of the login'
  if (scope === 'gateway') return `${code(permission)}${second === undefined ? '' : ` and ${code(second)}`}${usersOnly}`
  const others = permissionForOthers && `; for others ${code(permissionForOthers)}`
  return `every caller${others ?? ''}${usersOnly}${login}`
}

function fields({ query, body }: Endpoint): string {
  return [fieldList('Query', query), fieldList('Body', body)].filter((text) => text !== '').join(' ')
}

function fieldList(what: string, shape: Endpoint['body']): string {
  if (shape === undefined) return ''
  const names = Object.keys(shape.properties)
  const filtered = auditFilters.every((name) => names.includes(name))
  const listed = names
    .filter((name) => !filtered || !auditFilters.includes(name))
    .map((name) => (shape.required?.includes(name) ? `**${code(name)}**` : code(name)))
    .join(' ')
  return `${what} ${[...(filtered ? ['the audit filters'] : []), ...(listed === '' ? [] : [listed])].join(' and ')}.`
}
