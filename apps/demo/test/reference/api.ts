import { type Endpoint, endpoints } from '@rack-gateway/gateway-api'
import { code, list } from './table.ts'

const all: readonly Endpoint[] = Object.values(endpoints)

/** The generated part of api.md, from the table of endpoints. */
export function apiParts(): Record<string, string> {
  const items = all.map((endpoint): [string, ...string[]] => [
    `${code(`${endpoint.method} ${endpoint.path}`)} (${requirementsOf(endpoint)})`,
    endpoint.summary,
    endpoint.description ?? '',
    fields(endpoint),
  ])
  return { endpoints: list(items) }
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
  const names = (what: string, shape: Endpoint['body']) =>
    shape === undefined
      ? []
      : [
          `${what} ${Object.keys(shape.properties)
            .map((name) => (shape.required?.includes(name) ? `**${code(name)}**` : code(name)))
            .join(' ')}`,
        ]
  const lists = [...names('Query', query), ...names('Body', body)]
  return lists.map((text) => `${text}.`).join(' ')
}
