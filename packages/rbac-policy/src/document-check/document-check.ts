import { inMessage, type Problem, ruleProblems } from '@rack-gateway/command-matcher'
import { routesById } from '@rack-gateway/convox-api'
import type { Condition } from '../conditions/condition.ts'
import { readNetwork } from '../conditions/networks.ts'
import { windowProblem } from '../conditions/time-window.ts'
import { expandPermission } from '../permissions/permission-patterns.ts'
import type { PolicyDocument, Role } from '../policy-document/policy-document.ts'
import { valueProblems } from '../policy-document/recorded-values.ts'
import { recordingProblems } from '../policy-document/recordings.ts'
import { tokenProblems } from '../policy-document/token-terms.ts'
import { requestProblems } from './request-problems.ts'
import { stepUpProblems } from './step-up-problems.ts'
import { isRuleName, ruleNameProblem } from './written-names.ts'

/** All problems of a document; empty if it can be compiled. */
export function documentProblems(document: PolicyDocument): Problem[] {
  return [
    ...roleProblems(document),
    ...ruleProblems(document.commands),
    ...commandProblems(document),
    ...blockedProblems(document),
    ...proxyProblems(document),
    ...patternProblems(document),
    ...recordingProblems(document.recordings),
    ...tokenProblems(document),
    ...stepUpProblems(document),
    ...requestProblems(document),
    ...valueProblems(document.recordedValues),
  ]
}

function roleProblems({ roles }: PolicyDocument): Problem[] {
  const seen = new Set<string>()
  const problems = roles.flatMap(({ name, permissions, when = [] }) => {
    const at = ['roles', name]
    const problem = (field: string | number, text: string) => ({
      at: [...at, field],
      text: `the role "${inMessage(name)}" ${text}`,
    })
    const found: Problem[] = []
    if (!isRuleName(name)) found.push(problem('', ruleNameProblem))
    if (seen.has(name)) found.push(problem('', 'exists twice'))
    seen.add(name)
    for (const permission of permissions) {
      if (expandPermission(permission).length === 0)
        found.push(problem('permissions', `names the permission "${inMessage(permission)}", which does not exist`))
    }
    return [...found, ...conditionProblems(when, at, `the role "${inMessage(name)}"`)]
  })
  const admin = roles.find(({ name }) => name === 'admin')
  return admin !== undefined && hasEveryPermission(admin)
    ? problems
    : [
        ...problems,
        { at: ['roles', 'admin'], text: 'the role "admin" must exist and have every permission without conditions' },
      ]
}

export function hasEveryPermission({ permissions, when = [] }: Role): boolean {
  return permissions.includes('*') && when.length === 0
}

function commandProblems({ roles, commands }: PolicyDocument): Problem[] {
  const known = new Set(roles.map((role) => role.name))
  return commands.flatMap((rule) => {
    const at = ['commands', 'rules', rule.id]
    const name = `the command rule "${inMessage(rule.id)}"`
    const unknown = rule.roles
      .filter((role) => !known.has(role))
      .map((role) => ({
        at: [...at, 'roles'],
        text: `${name} names the role "${inMessage(role)}", which does not exist`,
      }))
    return [...unknown, ...conditionProblems(rule.when ?? [], at, name)]
  })
}

function conditionProblems(
  conditions: readonly Condition[],
  at: readonly (string | number)[],
  name: string,
): Problem[] {
  return conditions.flatMap(({ time = [], addresses = [], callers }) => {
    const windows = time.flatMap((window, index) => {
      const problem = windowProblem(window)
      return problem === null
        ? []
        : { at: [...at, 'when', 'time', index], text: `${name} has an invalid time: ${problem}` }
    })
    const networks = addresses
      .filter((address) => readNetwork(address) === null)
      .map((address) => ({
        at: [...at, 'when', 'addresses'],
        text: `${name} names "${inMessage(address)}", which is neither an address nor a network such as 10.0.0.0/8`,
      }))
    const nobody =
      callers?.length === 0 ? [{ at: [...at, 'when', 'callers'], text: `${name} applies to no caller` }] : []
    return [...windows, ...networks, ...nobody]
  })
}

/** Rejects unknown routes, because a misspelled name would leave the route open. */
function blockedProblems({ blocked }: PolicyDocument): Problem[] {
  return blocked.flatMap(({ route, reason, next }) => {
    const found: string[] = []
    if (!routesById.has(route)) found.push('is not a route of the rack')
    if (reason.trim() === '' || `${reason}${next}`.includes('%')) found.push('needs a reason, without a percent sign')
    return found.map((text) => ({
      at: ['blocked', route],
      text: `the blocked operation "${inMessage(route)}" ${text}`,
    }))
  })
}

function proxyProblems({ proxyHosts }: PolicyDocument): Problem[] {
  return proxyHosts
    .filter((host) => /^[*.]*$/.test(host) || host !== host.toLowerCase())
    .map((host) => ({
      at: ['proxy', 'hosts'],
      text: `the proxy host "${inMessage(host)}" must be a lower-case name or pattern, and must not match every host`,
    }))
}

function patternProblems({
  protectedKeys,
  protectedParameters,
  secretKeys,
  secretParameters,
}: PolicyDocument): Problem[] {
  const check = (patterns: readonly string[], at: readonly string[], what: string) =>
    patterns
      .filter((pattern) => /^\**$/.test(pattern))
      .map((pattern) => ({
        at,
        text: `the ${what} "${inMessage(pattern)}" must not be empty and must not match every name`,
      }))
  return [
    ...check(protectedKeys, ['protected', 'environment'], 'protected key'),
    ...check(protectedParameters, ['protected', 'parameters'], 'protected parameter'),
    ...check(
      secretKeys.filter((key) => key === ''),
      ['secrets', 'environment'],
      'secret key',
    ),
    ...check(
      secretParameters.filter((key) => key === ''),
      ['secrets', 'parameters'],
      'secret parameter',
    ),
  ]
}
