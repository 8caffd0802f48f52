import { type Endpoint, endpoints, forwardedRequest, forwardedRoutes } from '@rack-gateway/gateway-api'
import { code, list } from './table.ts'

const all: readonly Endpoint[] = Object.values(endpoints)

/** The generated part of api.md, from the table of endpoints. */
export function apiParts(): Record<string, string> {
  const items = all.map((endpoint): [string, ...string[]] => [
    `${code(`${endpoint.method} ${endpoint.path}`)}${isForUsers(endpoint) ? '¹' : ''}${isCompressed(endpoint) ? '²' : ''}${requirementsOf(endpoint)}`,
    summaryOf(endpoint),
  ])
  return {
    endpoints: list(items),
    racks: forwardedItems(),
  }
}

/** The forwarded routes by method. A log is the response to a GET. */
function forwardedItems(): string {
  const groups = new Map<string, string[]>()
  for (const id of forwardedRoutes) {
    const { method, path } = forwardedRequest(id)
    const group = id.startsWith('WS ') ? 'Logs (`GET`)' : code(method)
    groups.set(group, [...(groups.get(group) ?? []), code(path)])
  }
  return [...groups].map(([group, paths]) => `- ${group}: ${paths.join(', ')}`).join('\n')
}

/** Without the sentence that repeats the permission in brackets; empty if method and path say it. */
function summaryOf({ summary }: Endpoint): string {
  const short = summary.replace(/ With (?:the permission )?gateway:[^.]*\./, '')
  return /^(?:Creates|Lists|Removes|Revokes|Shows) (?:an? )?(?:API )?[a-z]+(?: accounts?)?\.$/.test(short) ? '' : short
}

/** Whether API tokens and jobs cannot call it. */
function isForUsers(endpoint: Endpoint): boolean {
  return 'principalKinds' in endpoint && !endpoint.principalKinds.includes('api-token')
}

function isCompressed(endpoint: Endpoint): boolean {
  return 'compress' in endpoint && endpoint.compress === true
}

/** In brackets; nothing for an endpoint that every caller can use. */
function requirementsOf(endpoint: Endpoint): string {
  const requirements = requirementList(endpoint)
  return requirements.length === 0 ? '' : ` (${requirements.join('; ')})`
}

function requirementList(endpoint: Endpoint): string[] {
  if (endpoint.authentication === 'anyone') return ['no credential']
  if (endpoint.authentication === 'job') return ['the OIDC token of a CI job']
  const { permission, additionalPermission, scope, permissionForOthers, cookieRequires } = endpoint
  const needed = [permission, ...(additionalPermission === undefined ? [] : [additionalPermission])].map(code)
  return [
    ...(scope === 'gateway' ? [needed.join(' and ')] : []),
    ...(scope !== 'gateway' && permissionForOthers
      ? [`for ${othersOf(permissionForOthers)} ${code(permissionForOthers)}`]
      : []),
    ...(scope !== 'gateway' && cookieRequires !== undefined
      ? ['a browser session only within five minutes of the login, or with a proof of a second factor']
      : []),
  ]
}

function othersOf(permission: string): string {
  return permission === 'gateway:service-account:write' ? 'service accounts' : 'others'
}
