import type { PolicyMatrix } from '@rack-gateway/gateway-api'

/** As events, errors, and decisions have them. */
export interface DenialFacts {
  readonly rule: string
  readonly source?: string | undefined
  readonly permission?: string | undefined
}

/** Where the policy page shows a rule. */
export type RuleTarget =
  | { readonly kind: 'line'; readonly document: 'built-in' | 'own'; readonly line: string }
  | { readonly kind: 'permission'; readonly permission: string }
  | { readonly kind: 'rules'; readonly section: RuleSection }

export type RuleSection = 'commands' | 'blocked' | 'second-factors' | 'tokens' | 'packages'

/** @returns null for a rule of the gateway itself, which no policy defines */
export function ruleTarget({ rule, source = '', permission }: DenialFacts): RuleTarget | null {
  const [, document, line] = /^(.+):(\d+)$/.exec(source) ?? []
  if (line !== undefined) return { kind: 'line', document: document === 'built-in' ? 'built-in' : 'own', line }
  const section = sections.find(([pattern]) => pattern.test(rule))?.[1]
  if (section !== undefined) return { kind: 'rules', section }
  return source === 'bindings' && permission !== undefined ? { kind: 'permission', permission } : null
}

const sections: readonly (readonly [RegExp, RuleSection])[] = [
  [/^package(?:[:-]|$)/, 'packages'],
  [/^(?:condition:)?command:(?!empty$|too-long$|unreadable$|shell-syntax$)/, 'commands'],
  [/^(?:step-up(?:$|:)|enrollment$)/, 'second-factors'],
  [/^(?:blocked:(?!build$|no-service$)|protected-(?:key|parameter)$|proxy-host$)/, 'blocked'],
  [/^token-max-age/, 'tokens'],
]

/** Who could do it instead. `nobody`: only a change of the policy allows it. `unknown`: no role decides about it. */
export type AllowingRoles = { readonly kind: 'roles'; readonly roles: readonly string[] } | 'nobody' | 'unknown'

export function allowingRoles(
  { rule, source, permission }: DenialFacts,
  { permissions, roles, commandRules }: Pick<PolicyMatrix, 'permissions' | 'roles' | 'commandRules'>,
): AllowingRoles {
  if (/^(?:blocked:|protected-|proxy-host$)/.test(rule)) return 'nobody'
  const holders = permissions.find(({ name }) => name === permission)?.roles ?? []
  if (/^(?:condition:)?command:/.test(rule)) {
    // A denial by a command rule has the source of the rule that is nearest to the command.
    const nearest = commandRules.find((one) => one.source === source)
    if (nearest === undefined) return /:(?:no-rule|no-match)$/.test(rule) ? 'nobody' : 'unknown'
    return rolesOrNobody(
      roles
        .filter(({ name, extends: bases }) => [name, ...bases].some((one) => nearest.roles.includes(one)))
        .map(({ name }) => name)
        .filter((name) => holders.length === 0 || holders.includes(name)),
    )
  }
  if (rule.startsWith('condition:')) {
    const conditional = rule.slice('condition:'.length)
    return rolesOrNobody(holders.filter((name) => name !== conditional))
  }
  return rule === 'no-permission' || rule === 'no-binding' ? rolesOrNobody(holders) : 'unknown'
}

function rolesOrNobody(roles: readonly string[]): AllowingRoles {
  return roles.length === 0 ? 'nobody' : { kind: 'roles', roles }
}
