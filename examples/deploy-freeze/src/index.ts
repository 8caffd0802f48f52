import { readFileSync } from 'node:fs'
import type { PolicyPackage } from '@rack-gateway/rbac-policy/packages'
import { readCalendar } from './calendar.ts'
import { deployFreeze } from './deploy-freeze.ts'

/** The package as POLICY_PACKAGES lists it: with the calendar of the file that DEPLOY_FREEZE_CALENDAR names. */
const policy: PolicyPackage = deployFreeze(readCalendar(readFileSync(calendarPath(), 'utf8')))
export default policy

function calendarPath(): string {
  const path = process.env.DEPLOY_FREEZE_CALENDAR
  if (!path) throw new Error('DEPLOY_FREEZE_CALENDAR is missing; it should be the path of a calendar')
  return path
}
