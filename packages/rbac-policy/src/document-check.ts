import { shown } from '@rack-gateway/command-matcher'
import { rackRoutes } from '@rack-gateway/convox-api'
import { expandPermission } from './compiled-role.ts'
import type { PolicyDocument } from './document.ts'

/** Everything that is wrong with a document beside its command rules; empty when it can be compiled. */
export function documentProblems(document: PolicyDocument): string[] {
  return [
    ...roleProblems(document),
    ...commandRoleProblems(document),
    ...blockedProblems(document),
    ...proxyProblems(document),
    ...protectedProblems(document),
  ]
}

function roleProblems({ roles }: PolicyDocument): string[] {
  const seen = new Set<string>()
  return roles.flatMap(({ name, permissions }) => {
    const problems: string[] = []
    if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name))
      problems.push('needs a name of lower-case letters, digits and single dashes')
    if (seen.has(name)) problems.push('is there twice')
    seen.add(name)
    for (const permission of permissions) {
      if (expandPermission(permission).length === 0)
        problems.push(`names the permission "${shown(permission)}", which does not exist`)
    }
    return problems.map((problem) => `the role "${shown(name)}" ${problem}`)
  })
}

function commandRoleProblems({ roles, commands }: PolicyDocument): string[] {
  const known = new Set(roles.map((role) => role.name))
  return commands.flatMap((rule) =>
    rule.roles
      .filter((role) => !known.has(role))
      .map((role) => `the command rule "${shown(rule.id)}" names the role "${shown(role)}", which does not exist`),
  )
}

/** A route that is blocked by a wrong name would be open: so a name must be in the table. */
function blockedProblems({ blocked }: PolicyDocument): string[] {
  const known = new Set(rackRoutes.map((route) => route.id))
  return blocked.flatMap(({ route, reason }) => {
    const problems: string[] = []
    if (!known.has(route)) problems.push('is not a route of the rack')
    if (reason.trim() === '' || reason.includes('%')) problems.push('needs a reason, without a per-cent sign')
    return problems.map((problem) => `the blocked operation "${shown(route)}" ${problem}`)
  })
}

function proxyProblems({ proxyHosts }: PolicyDocument): string[] {
  return proxyHosts
    .filter((host) => /^[*.]*$/.test(host) || host !== host.toLowerCase())
    .map(
      (host) => `the proxy host "${shown(host)}" must be a name or a pattern in lower case that says more than "any"`,
    )
}

/** A pattern that matches every key would stop every release. */
function protectedProblems({ protectedKeys }: PolicyDocument): string[] {
  return protectedKeys
    .filter((key) => /^\**$/.test(key))
    .map((key) => `the protected key "${shown(key)}" must be a name or a pattern that says more than "any"`)
}
