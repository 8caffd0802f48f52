import { definePolicy, type PackagePrincipal, type PolicyPackage } from '@rack-gateway/rbac-policy/packages'
import type { Team, Teams } from './teams.ts'

export { readTeams, type Team, type Teams } from './teams.ts'

/**
 * Denies changes of an app by everyone outside the team of the app. Exceptions are users with a role in `override`, and
 * CI jobs if `jobs` is `allow`. The package restricts neither reads nor changes of an app without a team.
 */
export function appOwnership({ teams, override, jobs }: Teams): PolicyPackage {
  return definePolicy({
    name: 'app-ownership',
    evaluate(call, { principal }) {
      const app = call.app ?? call.resource?.app ?? null
      if (app === null || !call.changes) return null
      const owners = teams.filter((team) => team.owns(app))
      if (owners.length === 0 || owners.some((team) => actsFor(team, principal)) || overrides(principal)) return null
      const names = owners.map(({ name }) => name).join(' and ')
      return {
        effect: 'deny',
        rule: 'not-owner',
        reason: `The app ${app} belongs to ${names}.`,
        next: remedyFor(names, principal),
      }
    },
  })

  function overrides({ kind, roles }: PackagePrincipal): boolean {
    if (kind === 'workload') return jobs === 'allow'
    return kind === 'user' && roles.some((role) => override.includes(role))
  }
}

function actsFor({ groups, serviceAccounts }: Team, { kind, groups: own, owner }: PackagePrincipal): boolean {
  if (kind === 'user') return own.some((group) => groups.includes(group))
  return kind === 'api-token' && owner?.kind === 'service-account' && serviceAccounts.includes(owner.name)
}

function remedyFor(team: string, { kind, owner }: PackagePrincipal): string {
  if (kind === 'api-token' && owner?.kind === 'user')
    return `Use your own session, if you are in ${team}, or a token of a service account of ${team}.`
  return `Ask ${team} to make the change, or to let you join the team.`
}
