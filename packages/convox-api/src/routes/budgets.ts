import { change, type RouteTable, read } from './table.ts'

const acknowledged = { form: ['ack_by'], orHeader: ['ack_by'] }

/** What an app costs and may cost. DELETE reads a form body: the rack parses it itself there. */
export const budgetRoutes: RouteTable = {
  'GET /apps/{app}/cost': () => read('budget:read', 'plain'),
  'GET /apps/{app}/budget': () => read('budget:read', 'plain'),
  'POST /apps/{app}/budget': () =>
    change('budget:write', 'plain', {
      form: ['monthly-cap-usd', 'alert-threshold-percent', 'at-cap-action', 'pricing-adjustment', 'ack_by'],
      orHeader: ['ack_by'],
    }),
  'DELETE /apps/{app}/budget': () => change('budget:write', 'plain', acknowledged),
  'POST /apps/{app}/budget/reset': () =>
    change('budget:write', 'plain', {
      form: ['ack_by', 'force_clear_cooldown', 'reset_period'],
      orHeader: ['ack_by', 'force_clear_cooldown', 'reset_period'],
    }),
  'GET /apps/{app}/budget/shutdown-state': () => read('budget:read', 'plain'),
  'POST /apps/{app}/budget/simulate-shutdown': () => change('budget:write', 'plain', acknowledged),
  'POST /apps/{app}/budget/dismiss-recovery': () => change('budget:write', 'plain', acknowledged),
}
