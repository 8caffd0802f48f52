import { compilePattern } from '@rack-gateway/command-matcher'
import { allowedPartOf } from '../decision/narrow-decision.ts'
import { createSecretKeyMatcher } from '../decision/secret-key-matcher.ts'
import type { Permission, RackCall } from '../model/types.ts'
import { requiredPermissions } from '../permissions/required-permissions.ts'
import type { EvaluatedScenario } from '../policy/planned-decision.ts'
import { entryName, type NameList, unblockedName } from '../policy-document/name-lists.ts'
import type { PolicyDocument } from '../policy-document/policy-document.ts'
import { compileValueRules } from '../policy-document/recorded-values.ts'
import { type OwnRule, ownEntries, ownRules, permissionRule, permissionsByRole } from './document-rules.ts'
import type { EvaluatedCase } from './evaluate-case.ts'
import type { NamedValues } from './policy-case.ts'

export interface CoveredRule extends OwnRule {
  /** Whether any case covers the rule. */
  readonly exercised: boolean
}

export interface RuleCoverage {
  add(evaluated: EvaluatedCase): void
  rules(): readonly CoveredRule[]
}

export function coverageOf(document: PolicyDocument): RuleCoverage {
  const byRole = permissionsByRole(document)
  const exercised = new Set<string>()
  const rolesWithBases = new Map(document.roles.map(({ name, extends: names = [] }) => [name, [name, ...names]]))
  const valueRulesAt = compileValueRules(document.recordedValues ?? [])
  const secretMatcher = (pattern: string) => createSecretKeyMatcher([pattern])

  function addRoles(held: readonly string[], required: readonly Permission[]): void {
    for (const role of new Set(held.flatMap((name) => rolesWithBases.get(name) ?? []))) {
      exercised.add(`role:${role}`)
      for (const [pattern, permissions] of byRole.get(role) ?? [])
        if (required.some((permission) => permissions.includes(permission)))
          exercised.add(permissionRule(role, pattern))
    }
  }

  function addNames(list: NameList, names: readonly string[], matcher = compilePattern): void {
    for (const entry of ownEntries(document, list))
      if (names.some(matcher(entry))) exercised.add(entryName(list, entry))
  }

  function addAllowed({ route, service, params, resource }: RackCall): void {
    exercised.add(unblockedName(route.id))
    if (route.permission === 'process:run') addNames('runServices', [service ?? ''])
    if (route.permission === 'proxy:open' && resource === null) addNames('proxyHosts', [params.host ?? ''])
  }

  function addValues(call: RackCall): void {
    const { query, form, headers } = call.parameters
    const pairs = (call.rackParameters ?? []).map((name) => `parameters.${name}`)
    const names = [...query, ...form, ...headers, ...pairs].map((name) => name.toLowerCase())
    for (const { rule, isNamed } of valueRulesAt(call)) if (names.some(isNamed)) exercised.add(`value:${rule.id}`)
  }

  function addDenied(rule: string, { environment, command, rackParameters = [] }: RackCall): void {
    const keys = [...(environment?.changed ?? []), ...(command?.options?.environment ?? [])]
    if (rule === 'protected-key') addNames('protectedKeys', keys)
    if (rule === 'protected-parameter') addNames('protectedParameters', rackParameters)
  }

  function addDecided({ decision, call }: EvaluatedScenario): void {
    if (call === null) return
    exercised.add(decision.rule)
    addValues(call)
    if (decision.effect === 'deny') addDenied(decision.rule, call)
    else {
      exercised.add(allowedPartOf(decision).rule)
      addRoles(decision.roles, requiredPermissions(call))
      addAllowed(call)
    }
  }

  function addSecrets({ environment, parameters }: NamedValues): void {
    addNames('secretKeys', [...environment, ...parameters], secretMatcher)
    addNames('secretParameters', parameters, secretMatcher)
  }

  return {
    add({ scenarios, recordings, secrets }) {
      for (const scenario of scenarios) addDecided(scenario)
      for (const { id } of recordings) exercised.add(`recording:${id}`)
      addSecrets(secrets)
    },
    rules: () => ownRules(document).map(({ rule, source }) => ({ rule, source, exercised: exercised.has(rule) })),
  }
}
