import { inMessage, type Problem } from '@rack-gateway/command-matcher'
import { expandPermission } from './permission-patterns.ts'
import type { PolicyDocument, StepUpPattern, StepUpRule } from './policy-document.ts'
import { requiredByNoCall, stepUpOf, stepUpPermissions } from './step-up.ts'
import { isException } from './step-up-exceptions.ts'

type Path = readonly (string | number)[]

export function stepUpProblems(document: PolicyDocument): Problem[] {
  const { roles, commands } = document
  const { permissions, racks, apps, management } = stepUpOf(document)
  return [
    ...roles.flatMap(({ name, stepUp: rules = [] }) =>
      rules.flatMap((rule) => (rule.role === name ? exceptProblems(rule, ['roles', name, 'stepUp']) : [])),
    ),
    ...commands.flatMap(({ id, stepUp: rule }) =>
      rule === undefined ? [] : exceptProblems(rule, ['commands', 'rules', id, 'stepUp']),
    ),
    ...permissions.flatMap((rule) => permissionProblems(rule, ['stepUp', 'permissions', rule.pattern])),
    ...racks.flatMap((rule) => patternProblems(rule, 'rack', ['stepUp', 'racks', rule.pattern])),
    ...apps.flatMap((rule) => patternProblems(rule, 'app', ['stepUp', 'apps', rule.pattern])),
    ...(management === null ? [] : exceptProblems(management, ['stepUp', 'management'])),
  ]
}

function permissionProblems(rule: StepUpPattern, at: Path): Problem[] {
  const { pattern } = rule
  const problem = patternProblem(pattern)
  const text = `stepUp.permissions names "${inMessage(pattern)}", ${problem}`
  return [...(problem === null ? [] : [{ at, text }]), ...exceptProblems(rule, at)]
}

/** Returns why a requirement for a pattern would never cause a prompt; null if it can cause one. */
function patternProblem(pattern: string): string | null {
  const named = expandPermission(pattern)
  if (named.length === 0) return 'which is not a permission'
  if (stepUpPermissions(pattern).length > 0) return null
  return named.some((name) => requiredByNoCall.has(name))
    ? 'which no call requires; name the permissions of the calls, such as release:read'
    : "without which no user could add or prove a second factor; use stepUp.management for the user's own tokens"
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
