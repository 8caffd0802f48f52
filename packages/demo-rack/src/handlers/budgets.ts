import type { Call } from '../calls/call.ts'
import { RackError } from '../errors/rack-error.ts'
import type { BudgetConfig } from '../state/app.ts'
import { monthStart, resetBudget, setBudget, spentOn } from '../state/budget.ts'
import { findApp, timestamp } from '../state/rack.ts'
import type { RackResponse } from '../wire/response.ts'
import { json, ok } from '../wire/responses.ts'

export function getBudget({ rack, variables }: Call): RackResponse {
  const { budget } = findApp(rack, variables.app)
  return json({ config: budget?.config ?? null, state: budget?.state ?? null })
}

export function setAppBudget(call: Call): RackResponse {
  const { rack, variables, parameters } = call
  const changes: Partial<BudgetConfig> = {}
  for (const field of ['monthly-cap-usd', 'alert-threshold-percent', 'pricing-adjustment'] as const) {
    const value = parameters[field]
    if (value !== undefined) changes[field] = numberFrom(field, value)
  }
  const action = parameters['at-cap-action']
  if (action !== undefined) changes['at-cap-action'] = action
  setBudget(rack, findApp(rack, variables.app), changes)
  return withDeprecation(ok(), call)
}

export function clearBudget(call: Call): RackResponse {
  findApp(call.rack, call.variables.app).budget = null
  return withDeprecation(ok(), call)
}

export function resetAppBudget(call: Call): RackResponse {
  resetBudget(call.rack, findApp(call.rack, call.variables.app), call.parameters.ack_by || 'unknown')
  return withDeprecation(ok(), call)
}

/** The demo rack never shuts anything down. */
export function getShutdownState({ rack, variables }: Call): RackResponse {
  findApp(rack, variables.app)
  return json(null)
}

/** Reports what an automatic shutdown would stop. Stops nothing. */
export function simulateShutdown({ rack, variables }: Call): RackResponse {
  const app = findApp(rack, variables.app)
  const running = app.services.filter(({ count }) => count > 0)
  const perHour = (cpu: number, count: number) => (cpu * count * 0.02) / 1000
  return json({
    app: app.app.name,
    'at-cap-action': app.budget?.config['at-cap-action'] ?? 'alert-only',
    'webhook-url': '',
    'notify-before-minutes': 30,
    'shutdown-grace-period': '5m',
    'shutdown-order': 'largest-cost',
    'recovery-mode': 'auto-on-reset',
    eligibility: running.map(({ name, count, cpu }) => ({
      service: name,
      eligible: true,
      replicas: count,
      'cost-usd-per-hour': perHour(cpu, count),
    })),
    'would-shut-down-services': running.map(({ name }) => name),
    'would-shut-down-count': running.length,
    'estimated-cost-saved-usd-per-hour': running.reduce((sum, { cpu, count }) => sum + perHour(cpu, count), 0),
    'simulated-at': timestamp(rack),
  })
}

export function dismissRecovery(call: Call): RackResponse {
  const { app } = findApp(call.rack, call.variables.app)
  return withDeprecation(json({ app: app.name, status: 'no-banner' }), call)
}

export function getCost({ rack, variables }: Call): RackResponse {
  const app = findApp(rack, variables.app)
  const breakdown = spentOn(rack, app)
  return json({
    app: app.app.name,
    'month-start': monthStart(rack),
    'as-of': timestamp(rack),
    'spend-usd': breakdown.reduce((sum, line) => sum + line['spend-usd'], 0),
    breakdown,
    'pricing-source': 'demo',
    'pricing-table-version': '1',
    'pricing-adjustment': app.budget?.config['pricing-adjustment'] ?? 1,
  })
}

/** Adds the header `Deprecation` if the call has the deprecated parameter `ack_by`. */
function withDeprecation(response: RackResponse, { parameters }: Call): RackResponse {
  return parameters.ack_by ? { ...response, headers: [...response.headers, ['Deprecation', 'true']] } : response
}

function numberFrom(field: string, text: string): number {
  if (!/^\d+(?:\.\d+)?$/.test(text)) throw new RackError(400, `${field} must be a finite number`)
  return Number(text)
}
