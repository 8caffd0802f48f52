import type { RackRoute } from '../types.ts'
import { change, read } from './table.ts'

const acknowledged = { form: ['ack_by'], orHeader: ['ack_by'] }

/** What an app costs and may cost. DELETE reads a form body: the rack parses it itself there. */
export const budgetRoutes: readonly RackRoute[] = [
  read('GET', '/apps/{app}/cost', 'budget:read', 'plain'),
  read('GET', '/apps/{app}/budget', 'budget:read', 'plain'),
  change('POST', '/apps/{app}/budget', 'budget:write', 'plain', {
    form: ['monthly-cap-usd', 'alert-threshold-percent', 'at-cap-action', 'pricing-adjustment', 'ack_by'],
    orHeader: ['ack_by'],
  }),
  change('DELETE', '/apps/{app}/budget', 'budget:write', 'plain', acknowledged),
  change('POST', '/apps/{app}/budget/reset', 'budget:write', 'plain', {
    form: ['ack_by', 'force_clear_cooldown', 'reset_period'],
    orHeader: ['ack_by', 'force_clear_cooldown', 'reset_period'],
  }),
  read('GET', '/apps/{app}/budget/shutdown-state', 'budget:read', 'plain'),
  change('POST', '/apps/{app}/budget/simulate-shutdown', 'budget:write', 'plain', acknowledged),
  change('POST', '/apps/{app}/budget/dismiss-recovery', 'budget:write', 'plain', acknowledged),
]
