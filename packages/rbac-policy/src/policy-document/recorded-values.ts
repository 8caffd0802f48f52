import {
  compilePatterns,
  createNameMatcher,
  inMessage,
  type NameMatcher,
  type Problem,
} from '@rack-gateway/command-matcher'
import { isRecordable, type RackRoute, rackRoutes, recordableNames, routesById } from '@rack-gateway/convox-api'
import { expandPermission } from '../permissions/permission-patterns.ts'

/** Adds values of parameters to events. Without a rule, events have only the names. Every matching rule applies. */
export interface ValueRule {
  readonly id: string
  /** Patterns of names of parameters. Letter case doesn't count. */
  readonly parameters: readonly string[]
  readonly routes?: readonly string[]
  /** Permissions of routes, or patterns of them. */
  readonly permissions?: readonly string[]
  /** Patterns of rack names, in which `*` stands for any characters. */
  readonly racks?: readonly string[]
  readonly apps?: readonly string[]
  /** The line of the rule, such as `policy.yaml:12`. */
  readonly source?: string
}

export interface ValueScope {
  readonly route: RackRoute
  readonly rack: string
  readonly app: string | null
}

/** A rule that can never match is probably misspelled. */
export function valueProblems(rules: readonly ValueRule[]): Problem[] {
  return rules.flatMap((rule) => {
    const at = ['audit', 'values', rule.id]
    const problem = (field: string, text: string) => ({
      at: [...at, field],
      text: `the value rule "${inMessage(rule.id)}" ${text}`,
    })
    const { routes = [], permissions = [], racks = [], apps = [], parameters } = rule
    const found = [
      ...routes
        .filter((route) => !routesById.has(route))
        .map((route) => problem('routes', `names "${inMessage(route)}", which is not a route of the rack`)),
      ...permissions
        .filter((permission) => expandPermission(permission).length === 0)
        .map((name) => problem('permissions', `names the permission "${inMessage(name)}", which does not exist`)),
      ...parameters
        .filter((name) => !name.includes('*') && !isRecordable(name))
        .map((name) =>
          problem(
            'parameters',
            `names "${inMessage(name)}", whose value is never recorded, because it contains secrets`,
          ),
        ),
    ]
    if ([...racks, ...apps].includes(''))
      found.push({ at, text: `the value rule "${inMessage(rule.id)}" has an empty pattern, which matches nothing` })
    if (found.length > 0) return found
    const matchingRoutes = rackRoutes.filter(routeFilter(rule))
    if (matchingRoutes.length === 0)
      return [{ at, text: `the value rule "${inMessage(rule.id)}" applies to no route of the rack` }]
    const names = new Set(matchingRoutes.flatMap(recordableNames))
    return parameters
      .filter((pattern) => ![...names].some((name) => mayMatch(pattern, name)))
      .map((pattern) =>
        problem('parameters', `names "${inMessage(pattern)}", which is not a parameter of any of its routes`),
      )
  })
}

/** A name in the route table can itself be a pattern: `parameters.*`. */
function mayMatch(pattern: string, name: string): boolean {
  if (!name.endsWith('.*')) return compileIgnoringCase([pattern])(name.toLowerCase())
  const begin = name.slice(0, -1)
  const [head = '', ...more] = pattern.toLowerCase().split('*')
  return head.startsWith(begin) || (more.length > 0 && begin.startsWith(head))
}

/** Whether a rule names a parameter. Rules can also name parameters whose values are secret. */
export type ValueMatcher = (name: string) => boolean

interface CompiledValueRule {
  readonly rule: ValueRule
  readonly matchesRack: NameMatcher
  readonly matchesApp: NameMatcher
  readonly isNamed: NameMatcher
}

export function compileValueRules(rules: readonly ValueRule[]): (scope: ValueScope) => readonly CompiledValueRule[] {
  const byRoute = new Map<string, readonly CompiledValueRule[]>()
  for (const rule of rules) {
    const compiled = {
      rule,
      matchesRack: compilePatterns(rule.racks),
      matchesApp: compilePatterns(rule.apps),
      isNamed: compileIgnoringCase(rule.parameters),
    }
    for (const { id } of rackRoutes.filter(routeFilter(rule))) byRoute.set(id, [...(byRoute.get(id) ?? []), compiled])
  }
  return function rulesAt({ route, rack, app }) {
    const routeRules = byRoute.get(route.id)
    if (routeRules === undefined) return noRules
    return routeRules.filter(
      ({ rule, matchesRack, matchesApp }) =>
        matchesRack(rack) && (rule.apps === undefined || (app !== null && matchesApp(app))),
    )
  }
}

const noRules: readonly CompiledValueRule[] = []

export function valuesRecordedBy(rules: readonly ValueRule[]): (scope: ValueScope) => ValueMatcher | null {
  const rulesAt = compileValueRules(rules)
  return function valuesRecorded(scope) {
    const scopeRules = rulesAt(scope)
    if (scopeRules.length === 0) return null
    return (name) => {
      const lower = name.toLowerCase()
      return scopeRules.some(({ isNamed }) => isNamed(lower))
    }
  }
}

function routeFilter({ routes, permissions }: ValueRule): (route: RackRoute) => boolean {
  const named = routes && new Set(routes)
  const allowed = permissions && new Set(permissions.flatMap(expandPermission))
  return ({ id, permission }) => (named?.has(id) ?? true) && (allowed?.has(permission) ?? true)
}

function compileIgnoringCase(patterns: readonly string[]): NameMatcher {
  return createNameMatcher(patterns.map((pattern) => pattern.toLowerCase()))
}
