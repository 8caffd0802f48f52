import { consoleRoutes, type RackRoute, rackRoutes } from '@rack-gateway/convox-api'
import { builtInPolicy } from '@rack-gateway/rbac-policy/document'
import { conditions, responses } from './responses.ts'
import { code, joined, list, table } from './table.ts'

/** Which routes a section of the page has, by path: the first that matches. */
const sections: readonly (readonly [part: string, path: RegExp])[] = [
  ['processes', /\/processes\b(?!.*system)/],
  ['builds', /^\/apps\/\{app\}\/(builds|objects|releases)\b/],
  ['resources', /^\/(apps\/\{app\}\/)?resources\b/],
  ['budgets', /^\/apps\/\{app\}\/(budget|cost)\b/],
  ['apps', /^\/apps\b/],
  ['rack', /^\//],
]

const blocked = new Set(builtInPolicy().blocked.map(({ route }) => route))

/** The generated parts of rack-api.md, from the table of routes and the built-in policy. */
export function rackApiParts(): Record<string, string> {
  const parts = sections.map(([part]) => [part, routeList(rackRoutes.filter((route) => sectionOf(route) === part))])
  const ids = new Set(rackRoutes.map(({ id }) => id))
  const unknown = Object.keys(conditions).find((id) => !ids.has(id))
  if (unknown !== undefined) throw new Error(`there is no route ${unknown}`)
  return {
    ...Object.fromEntries(parts),
    console: list(Object.entries(consoleRoutes).map(([route, description]) => [code(route), description])),
    logs: logHeaders(),
    values: valueList(),
    conditions: table(
      ['route', 'needs'],
      joined(
        Object.entries(conditions).map(([id, needs]) => [code(id), needs]),
        0,
      ),
    ),
  }
}

function sectionOf({ path }: RackRoute): string {
  if (path.startsWith('/system')) return 'rack'
  return sections.find(([, pattern]) => pattern.test(path))?.[0] ?? ''
}

function routeList(routes: readonly RackRoute[]): string {
  return list(
    routes.map((route) => {
      const redacted = responses[route.mask]
      const redaction = redacted === '' ? '' : `Redacted: ${redacted}.`
      return [code(route.id), `${permissionOf(route)}.`, redaction, ...parametersOf(route).map((text) => `${text}.`)]
    }),
  )
}

/** The permission, with its scope if that is not one app, and what else decides. */
function permissionOf({ id, permission, scope }: RackRoute): string {
  const remarks = [...(scope === 'app' ? [] : [scope]), ...(blocked.has(id) ? ['**blocked**'] : [])]
  const remark = remarks.length === 0 ? '' : ` (${remarks.join(', ')})`
  return `${code(permission)}${id in conditions ? '¹' : ''}${remark}`
}

/** Parameters by where the request has them. */
function parametersOf({ id, query, form, headers, body, refusedHeaders }: RackRoute): string[] {
  const refused = new Set(refusedHeaders.map((name) => name.toLowerCase()))
  const parameters = new Set([...query, ...form].map((name) => name.toLowerCase()))
  const lists = [
    ['Query', query],
    ['Form', form],
    ['Headers', isLog(id) ? [] : headers],
    ['Rejected headers', refusedHeaders.filter((name) => !parameters.has(name.toLowerCase()))],
  ] as const
  const marked = (name: string) => `${code(name)}${refused.has(name.toLowerCase()) ? '²' : ''}`
  const named = lists.flatMap(([list, names]) =>
    names.length === 0 ? [] : [`${list} ${names.map(list === 'Rejected headers' ? code : marked).join(' ')}`],
  )
  return [...named, ...(isLog(id) ? ['Log headers'] : []), ...(body === 'raw' ? ['A file'] : [])]
}

function isLog(id: string): boolean {
  return /^WS .*\/logs$/.test(id)
}

/** All logs take the same headers, so the page lists these once. */
function logHeaders(): string {
  const sets = new Set(rackRoutes.filter(({ id }) => isLog(id)).map(({ headers }) => headers.map(code).join(', ')))
  const [headers] = sets
  if (headers === undefined || sets.size > 1) throw new Error('logs take different headers')
  return `The log headers are ${headers}.`
}

function valueList(): string {
  const rows = rackRoutes.flatMap(({ id, values }) =>
    Object.entries(values).map(([name, { expected }]) => [code(id), code(name), expected]),
  )
  const terms = joined(rows, 1, ' ').map(([route, names, expected = '']) => [`${route} ${names}`, expected])
  return list(joined(terms, 0).map(([parameters = '', expected = '']) => [parameters, expected]))
}
