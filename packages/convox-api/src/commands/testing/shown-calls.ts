import type { CommandPlan, PlannedCall } from '../types.ts'

/**
 * A plan's calls, a line each: the route with what is known filled in, the names of what is sent, and `~` before what isn't essential.
 *
 * @example ['GET /apps/myapp/releases limit', '~GET /apps/myapp/releases/{id}']
 */
export function shownCalls(plan: CommandPlan): string[] {
  if (plan.kind !== 'calls') return [plan.kind]
  return plan.calls.map(shownCall)
}

function shownCall({ route, params, parameters, refused, essential }: PlannedCall): string {
  const place = route.id.replaceAll(/\{([a-z]+)(?::\.\*)?\}/g, (name, key: string) => params[key] ?? name)
  const { query, form, headers } = parameters
  const names = [...query, ...form, ...headers]
  return [`${essential ? '' : '~'}${place}`, ...names, ...(refused ? [`(${refused.refused})`] : [])].join(' ')
}
