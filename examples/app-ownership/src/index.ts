import { readFileSync } from 'node:fs'
import type { PolicyPackage } from '@rack-gateway/rbac-policy/packages'
import { appOwnership } from './app-ownership.ts'
import { readTeams } from './teams.ts'

/** The package for POLICY_PACKAGES, with the teams from the file at APP_OWNERSHIP_TEAMS. */
const policy: PolicyPackage = appOwnership(readTeams(readFileSync(teamsPath(), 'utf8')))
export default policy

function teamsPath(): string {
  const path = process.env.APP_OWNERSHIP_TEAMS
  if (!path) throw new Error('APP_OWNERSHIP_TEAMS is missing; it should be the path of a file of teams')
  return path
}
