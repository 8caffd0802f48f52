import { compilePattern } from '@rack-gateway/command-matcher'
import { createSecretKeyMatcher } from '@rack-gateway/convox-api'
import { entryName, type NameList, unblockedName } from '../name-lists.ts'
import type { EvaluatedScenario } from '../planned-decision.ts'
import type { PolicyDocument } from '../policy-document.ts'
import { compileValueRules } from '../recorded-values.ts'
import { requiredPermissions } from '../required-permissions.ts'
import type { Permission, RackCall } from '../types.ts'
import { grantName, ownEntries, ownGrants, type WrittenRule, writtenRules } from './document-rules.ts'
import type { JudgedCase } from './evaluate-case.ts'
import type { NamedValues } from './policy-case.ts'

/** Something that a document says, and whether any case came to it. */
export interface CoveredRule extends WrittenRule {
  readonly exercised: boolean
}

export interface RuleCoverage {
  /** Takes note of what a case came to. */
  saw(evaluated: JudgedCase): void
  rules(): readonly CoveredRule[]
}

/** Keeps count of what a document itself says. */
export function coverageOf(document: PolicyDocument): RuleCoverage {
  const grants = ownGrants(document)
  const exercised = new Set<string>()
  const above = new Map(document.roles.map(({ name, extends: names = [] }) => [name, [name, ...names]]))
  const valueRulesAt = compileValueRules(document.recordedValues ?? [])
  const secretMatcher = (pattern: string) => createSecretKeyMatcher([pattern])

  function sawRoles(held: readonly string[], required: readonly Permission[]): void {
    for (const role of new Set(held.flatMap((name) => above.get(name) ?? []))) {
      exercised.add(`role:${role}`)
      for (const [pattern, permissions] of grants.get(role) ?? [])
        if (required.some((permission) => permissions.includes(permission))) exercised.add(grantName(role, pattern))
    }
  }

  function sawNames(list: NameList, names: readonly string[], matcher = compilePattern): void {
    for (const entry of ownEntries(document, list))
      if (names.some(matcher(entry))) exercised.add(entryName(list, entry))
  }

  function sawOpened({ route, service, params, resource }: RackCall): void {
    exercised.add(unblockedName(route.id))
    if (route.permission === 'process:run') sawNames('runServices', [service ?? ''])
    if (route.permission === 'proxy:open' && resource === null) sawNames('proxyHosts', [params.host ?? ''])
  }

  function sawValues(call: RackCall): void {
    const { query, form, headers } = call.parameters
    const pairs = (call.rackParameters ?? []).map((name) => `parameters.${name}`)
    const names = [...query, ...form, ...headers, ...pairs].map((name) => name.toLowerCase())
    for (const { rule, isNamed } of valueRulesAt(call)) if (names.some(isNamed)) exercised.add(`value:${rule.id}`)
  }

  function sawRefused(rule: string, { environment, command, rackParameters = [] }: RackCall): void {
    const keys = [...(environment?.changed ?? []), ...(command?.options?.environment ?? [])]
    if (rule === 'protected-key') sawNames('protectedKeys', keys)
    if (rule === 'protected-parameter') sawNames('protectedParameters', rackParameters)
  }

  function sawDecided({ decision, call }: EvaluatedScenario): void {
    if (call === null) return
    exercised.add(decision.rule)
    sawValues(call)
    if (decision.effect === 'allow') {
      sawRoles(decision.roles, requiredPermissions(call))
      sawOpened(call)
    } else sawRefused(decision.rule, call)
  }

  function sawSecrets({ environment, parameters }: NamedValues): void {
    sawNames('secretKeys', [...environment, ...parameters], secretMatcher)
    sawNames('secretParameters', parameters, secretMatcher)
  }

  return {
    saw({ scenarios, recordings, secrets }) {
      for (const scenario of scenarios) sawDecided(scenario)
      for (const { id } of recordings) exercised.add(`recording:${id}`)
      sawSecrets(secrets)
    },
    rules: () => writtenRules(document).map(({ rule, source }) => ({ rule, source, exercised: exercised.has(rule) })),
  }
}
