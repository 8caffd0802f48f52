import { change, type RouteTable, read } from './route-row.ts'

const acknowledgment = { form: ['ack_by'], alsoReadFromHeader: ['ack_by'] }

/**
 * The DELETE route has a form body. The rack has its own parser for it, because Go reads forms only from the body of a
 * POST, PUT, or PATCH.
 */
export const budgetRoutes: RouteTable = {
  'GET /apps/{app}/cost': () => read('budget:read', 'plain'),
  'GET /apps/{app}/budget': () => read('budget:read', 'plain'),
  'POST /apps/{app}/budget': () =>
    change('budget:write', 'plain', {
      form: ['monthly-cap-usd', 'alert-threshold-percent', 'at-cap-action', 'pricing-adjustment', 'ack_by'],
      alsoReadFromHeader: ['ack_by'],
    }),
  'DELETE /apps/{app}/budget': () => change('budget:write', 'plain', acknowledgment),
  'POST /apps/{app}/budget/reset': () =>
    change('budget:write', 'plain', {
      form: ['ack_by', 'force_clear_cooldown', 'reset_period'],
      alsoReadFromHeader: ['ack_by', 'force_clear_cooldown', 'reset_period'],
    }),
  'GET /apps/{app}/budget/shutdown-state': () => read('budget:read', 'plain'),
  'POST /apps/{app}/budget/simulate-shutdown': () => change('budget:write', 'plain', acknowledgment),
  'POST /apps/{app}/budget/dismiss-recovery': () => change('budget:write', 'plain', acknowledgment),
}
