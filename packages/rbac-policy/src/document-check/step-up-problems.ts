import { inMessage, type Problem } from '@rack-gateway/command-matcher'
import { rackRoutes } from '@rack-gateway/convox-api'
import type { Permission } from '../model/types.ts'
import { expandPermission } from '../permissions/permission-patterns.ts'
import type { PolicyDocument, StepUpCallRule, StepUpRule } from '../policy-document/policy-document.ts'
import { requiredByNoCall, stepUpPermissions } from '../step-up/step-up.ts'
import { isException } from '../step-up/step-up-exceptions.ts'
import {
  appPatternProblem,
  isAppPattern,
  isRackPattern,
  isRuleName,
  rackPatternProblem,
  ruleNameProblem,
} from './written-names.ts'

type Path = readonly (string | number)[]

export function stepUpProblems(document: PolicyDocument): Problem[] {
  const { roles, commands } = document
  const { rules: callRules, management } = document.stepUp
  return [
    ...roles.flatMap(({ name, stepUp: rules = [] }) =>
      rules.flatMap((rule) => (rule.role === name ? exceptProblems(rule, ['roles', name, 'stepUp']) : [])),
    ),
    ...commands.flatMap(({ id, stepUp: rule }) =>
      rule === undefined ? [] : exceptProblems(rule, ['commands', 'rules', id, 'stepUp']),
    ),
    ...callRules.flatMap(callRuleProblems),
    ...(management === null ? [] : exceptProblems(management, ['stepUp', 'management'])),
  ]
}

function callRuleProblems(rule: StepUpCallRule): Problem[] {
  const { id, permissions = [], racks = [], apps = [] } = rule
  const at = ['stepUp', 'rules', id]
  const name = `the step-up rule "${inMessage(id)}"`
  const entries = (list: 'permissions' | 'racks' | 'apps', problemOf: (entry: string) => string | null) =>
    (rule[list] ?? []).flatMap((entry, index) => {
      const problem = problemOf(entry)
      return problem === null
        ? []
        : { at: [...at, list, index], text: `${name} names "${inMessage(entry)}", ${problem}` }
    })
  return [
    ...(isRuleName(id) ? [] : [{ at, text: `${name} ${ruleNameProblem}` }]),
    ...(permissions.length + racks.length + apps.length === 0
      ? [{ at, text: `${name} names no permissions, racks, or apps; for every call on a rack, write racks: ["*"]` }]
      : []),
    ...entries('permissions', (pattern) => permissionProblem(pattern, rule)),
    ...entries('racks', (pattern) => (isRackPattern(pattern) ? null : rackPatternProblem)),
    ...entries('apps', (pattern) => (isAppPattern(pattern) ? null : appPatternProblem)),
    ...exceptProblems(rule, [...at, 'require']),
  ]
}

/** Returns why the rule would never apply because of a pattern; null if it can apply. */
function permissionProblem(pattern: Permission, { racks, apps }: StepUpCallRule): string | null {
  const named = expandPermission(pattern)
  if (named.length === 0) return 'which is not a permission'
  const concerned = stepUpPermissions(pattern)
  if (concerned.length === 0)
    return named.some((name) => requiredByNoCall.has(name))
      ? 'which no call requires; name the permissions of the calls, such as release:read'
      : "without which no user could add or prove a second factor; use stepUp.management for the user's own tokens"
  if ((racks ?? apps) !== undefined && concerned.every(isForGateway))
    return 'whose calls the gateway itself answers; use a rule without racks and apps'
  if (apps !== undefined && concerned.every(isForNoApp)) return 'whose calls concern no app; use a rule without apps'
  return null
}

function isForGateway(permission: Permission): boolean {
  return permission.startsWith('gateway:')
}

/** A permission without routes, such as `env:write`, is a second one that some calls on an app require. */
function isForNoApp(permission: Permission): boolean {
  const routes = rackRoutes.filter((route) => route.permission === permission)
  return isForGateway(permission) || (routes.length > 0 && routes.every(({ scope }) => scope !== 'app'))
}

function exceptProblems({ except }: StepUpRule, at: Path): Problem[] {
  return except.flatMap((entry, index) =>
    isException(entry)
      ? []
      : {
          at: [...at, 'except', index],
          text: `${at.map((part) => inMessage(String(part))).join('.')} excepts "${inMessage(entry)}", which is not service-account:NAME, trust:NAME, or the name of an API token, such as "token:nightly (ada@example.com)"`,
        },
  )
}
