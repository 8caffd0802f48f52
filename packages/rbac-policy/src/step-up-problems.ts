import { inMessage, type Problem } from '@rack-gateway/command-matcher'
import { expandPermission } from './permission-patterns.ts'
import type { PolicyDocument, Role, StepUpPattern, StepUpRule } from './policy-document.ts'
import { stepUpPermissions } from './step-up.ts'
import { isException } from './step-up-exceptions.ts'

type Path = readonly (string | number)[]

export function stepUpProblems({ stepUp, roles, commands }: PolicyDocument): Problem[] {
  const { permissions, racks, apps, management } = stepUp
  return [
    ...roleProblems(roles),
    ...commands.flatMap(({ id, stepUp: rule }) =>
      rule === undefined ? [] : exceptProblems(rule, ['commands', 'rules', id, 'stepUp']),
    ),
    ...permissions.flatMap((rule) => permissionProblems(rule, ['stepUp', 'permissions', rule.pattern])),
    ...racks.flatMap((rule) => patternProblems(rule, 'rack', ['stepUp', 'racks', rule.pattern])),
    ...apps.flatMap((rule) => patternProblems(rule, 'app', ['stepUp', 'apps', rule.pattern])),
    ...(management === null ? [] : exceptProblems(management, ['stepUp', 'management'])),
  ]
}

/** A rule is checked only at the role that defines it. */
function roleProblems(roles: readonly Role[]): Problem[] {
  const byName = new Map(roles.map((role) => [role.name, role]))
  return roles.flatMap(({ name, extends: parents = [], stepUp = [] }) => {
    const inherited = new Set(parents.flatMap((parent) => byName.get(parent)?.stepUp ?? []))
    return stepUp
      .filter((rule) => !inherited.has(rule))
      .flatMap((rule) => exceptProblems(rule, ['roles', name, 'stepUp']))
  })
}

function permissionProblems(rule: StepUpPattern, at: Path): Problem[] {
  const { pattern } = rule
  const name = `stepUp.permissions names "${inMessage(pattern)}", which`
  const problem =
    expandPermission(pattern).length === 0
      ? `${name} is not a permission`
      : stepUpPermissions(pattern).length === 0
        ? `${name} every user needs to add and to prove a second factor; use stepUp.management for the user's own tokens`
        : null
  return [...(problem === null ? [] : [{ at, text: problem }]), ...exceptProblems(rule, at)]
}

/** Names of racks and apps have no other characters. */
const validPattern = /^[A-Za-z0-9._*-]+$/

function patternProblems(rule: StepUpPattern, kind: 'rack' | 'app', at: Path): Problem[] {
  const text = `stepUp.${kind}s names "${inMessage(rule.pattern)}", which is not a pattern of names of ${kind}s`
  return [...(validPattern.test(rule.pattern) ? [] : [{ at, text }]), ...exceptProblems(rule, at)]
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
