import type { CommandPlan, PlannedCall } from '../definition/types.ts'

/**
 * One line for each call: the route with known parameters, the names of sent parameters, and `~` before optional calls.
 *
 * @example ['GET /apps/myapp/releases limit', '~GET /apps/myapp/releases/{id}']
 */
export function formatCalls(plan: CommandPlan): string[] {
  if (plan.kind !== 'calls') return [plan.kind]
  return plan.calls.map(formatCall)
}

function formatCall({ route, params, parameters, parameterError, essential }: PlannedCall): string {
  const target = route.id.replaceAll(/\{([a-z]+)(?::\.\*)?\}/g, (name, key: string) => params[key] ?? name)
  const { query, form, headers } = parameters
  const names = [...query, ...form, ...headers]
  return [`${essential ? '' : '~'}${target}`, ...names, ...(parameterError ? [`(${parameterError.rule})`] : [])].join(
    ' ',
  )
}
