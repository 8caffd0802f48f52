import { type RackRoute, rackRoutes } from '@rack-gateway/convox-api'
import { builtInPolicy } from '@rack-gateway/rbac-policy/document'
import { answers, conditions } from './answers.ts'
import { mark } from './roles.ts'
import { code, table } from './table.ts'

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
const roles = builtInPolicy().roles.map(({ name }) => name)

/** The generated parts of rack-api.md, from the table of routes and the policy that holds without a document. */
export function rackApiParts(): Record<string, string> {
  const parts = sections.map(([part]) => [part, routeTable(rackRoutes.filter((route) => sectionOf(route) === part))])
  const ids = new Set(rackRoutes.map(({ id }) => id))
  const rows = Object.entries(conditions).map(([id, condition]) => {
    if (!ids.has(id)) throw new Error(`there is no route ${id}`)
    return [code(id), condition]
  })
  return {
    ...Object.fromEntries(parts),
    values: valueTable(),
    conditions: table(['route', 'needs'], rows),
  }
}

function sectionOf({ path }: RackRoute): string {
  if (path.startsWith('/system')) return 'rack'
  return sections.find(([, pattern]) => pattern.test(path))?.[0] ?? ''
}

function routeTable(routes: readonly RackRoute[]): string {
  return table(
    ['route', 'permission', 'scope', 'roles', 'hidden in the answer', 'takes', 'refuses'],
    routes.map((route) => [
      code(route.id),
      `${code(route.permission)}${route.id in conditions ? ' ¹' : ''}`,
      route.scope,
      rolesFor(route),
      answers[route.mask],
      taken(route),
      route.refusedHeaders.map(code).join(' '),
    ]),
  )
}

function valueTable(): string {
  const rows = rackRoutes.flatMap(({ id, values }) =>
    Object.entries(values).map(([name, { looksLike }]) => [code(id), code(name), looksLike]),
  )
  return table(['route', 'form parameter', 'must be'], rows)
}

function rolesFor({ id, permission }: RackRoute): string {
  if (blocked.has(id)) return '**blocked**'
  return roles.filter((role) => mark(role, permission) !== '').join(', ')
}

/** Parameters by the place where they are permitted. */
function taken({ query, form, headers, body }: RackRoute): string {
  const places = [
    ['query', query],
    ['form', form],
    ['headers', headers],
  ] as const
  const named = places.flatMap(([place, names]) =>
    names.length === 0 ? [] : [`${place} ${names.map(code).join(' ')}`],
  )
  return [...named, ...(body === 'raw' ? ['a file'] : [])].join('; ')
}
