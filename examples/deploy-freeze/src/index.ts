import { readFileSync } from 'node:fs'
import type { PolicyPackage } from '@rack-gateway/rbac-policy/packages'
import { readCalendar } from './calendar.ts'
import { deployFreeze } from './deploy-freeze.ts'

/** The package for POLICY_PACKAGES, with the calendar from the file at DEPLOY_FREEZE_CALENDAR. */
const policy: PolicyPackage = deployFreeze(readCalendar(readFileSync(calendarPath(), 'utf8')))
export default policy

function calendarPath(): string {
  const path = process.env.DEPLOY_FREEZE_CALENDAR
  if (!path) throw new Error('DEPLOY_FREEZE_CALENDAR is missing; it should be the path of a file with a calendar')
  return path
}
