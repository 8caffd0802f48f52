import { goTime } from '../determinism/clock.ts'
import { RackError } from '../errors/rack-error.ts'
import type { AppState, BudgetConfig, BudgetState } from './app.ts'
import { type RackState, timestamp } from './rack.ts'

const defaults: BudgetConfig = {
  'monthly-cap-usd': 0,
  'alert-threshold-percent': 80,
  'at-cap-action': 'alert-only',
  'pricing-adjustment': 1,
}
const actions = ['alert-only', 'block-new-deploys', 'auto-shutdown']

/** @throws RackError 400 for an invalid value */
export function setBudget(rack: RackState, app: AppState, changes: Partial<BudgetConfig>): void {
  const config = { ...(app.budget?.config ?? defaults), ...changes }
  if (!(config['monthly-cap-usd'] > 0)) throw new RackError(400, 'monthly-cap-usd must be > 0')
  assertRange(config, 'alert-threshold-percent', 1, 100)
  assertRange(config, 'pricing-adjustment', 0.1, 1.5)
  if (!actions.includes(config['at-cap-action'])) {
    throw new RackError(400, `at-cap-action must be one of ${actions.join(', ')}`)
  }
  app.budget = { config, state: app.budget?.state ?? newState(rack, app) }
}

/** Acknowledges that the cap was reached. @throws RackError 404 without a budget */
export function resetBudget(rack: RackState, app: AppState, acknowledgedBy: string): void {
  if (app.budget === null) throw new RackError(404, `no budget is set for app: ${app.app.name}`)
  app.budget.state['circuit-breaker-ack-by'] = acknowledgedBy
  app.budget.state['circuit-breaker-ack-at'] = timestamp(rack)
}

function assertRange(
  config: BudgetConfig,
  field: 'alert-threshold-percent' | 'pricing-adjustment',
  min: number,
  max: number,
) {
  const value = config[field]
  if (!(value >= min && value <= max)) throw new RackError(400, `${field} must be between ${min} and ${max}`)
}

function newState(rack: RackState, app: AppState): BudgetState {
  return {
    'month-start': monthStart(rack),
    'current-month-spend-usd': spentOn(rack, app).reduce((sum, line) => sum + line['spend-usd'], 0),
    'current-month-spend-as-of': timestamp(rack),
  }
}

export function monthStart(rack: Pick<RackState, 'clock'>): string {
  return goTime(beginningOfMonth(rack.clock.now()))
}

export interface CostLine {
  readonly service: string
  readonly 'gpu-hours': number
  readonly 'cpu-hours': number
  readonly 'mem-gb-hours': number
  readonly 'instance-type': string
  readonly 'spend-usd': number
}

/** One line for each service, at two cents per CPU hour since the beginning of the month. */
export function spentOn(
  rack: Pick<RackState, 'clock' | 'system'>,
  { services }: Pick<AppState, 'services'>,
): CostLine[] {
  const hours = Math.floor((rack.clock.now() - beginningOfMonth(rack.clock.now())) / 3_600_000)
  return services.map(({ name, count, cpu, memory }) => {
    const processorHours = (hours * count * cpu) / 1000
    return {
      service: name,
      'gpu-hours': 0,
      'cpu-hours': processorHours,
      'mem-gb-hours': (hours * count * memory) / 1024,
      'instance-type': rack.system.type,
      'spend-usd': processorHours * 0.02,
    }
  })
}

function beginningOfMonth(now: number): number {
  const date = new Date(now)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1)
}
