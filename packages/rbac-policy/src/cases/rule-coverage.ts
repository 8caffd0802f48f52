import { compilePattern } from '@rack-gateway/command-matcher'
import { createSecretKeys } from '@rack-gateway/convox-api'
import type { PolicyDocument } from '../policy-document.ts'
import { compileValueRules } from '../recorded-values.ts'
import { requiredPermissions } from '../required-permissions.ts'
import type { Decision, Permission, RackCall } from '../types.ts'
import type { NamedValues } from './policy-case.ts'
import {
  conditionName,
  entryName,
  grantName,
  type ListName,
  ownEntries,
  ownGrants,
  type WrittenRule,
  writtenRules,
} from './written-rules.ts'

/** Something that a document says, and whether any case came to it. */
export interface CoveredRule extends WrittenRule {
  readonly exercised: boolean
}

export interface RuleCoverage {
  /** Takes note of a decision that a case's outcome comes from, and of the call that was decided. */
  saw(decision: Decision, call: RackCall): void
  /** Takes note of a session's recording rule. */
  sawRecording(id: string): void
  /** Takes note of names whose values a case was not shown, since they are secret. */
  sawSecrets(names: NamedValues): void
  rules(): readonly CoveredRule[]
}

/** Keeps count of what a document itself says. */
export function coverageOf(document: PolicyDocument): RuleCoverage {
  const grants = ownGrants(document)
  const exercised = new Set<string>()
  const above = new Map(document.roles.map(({ name, extends: names = [] }) => [name, [name, ...names]]))
  const conditional = new Map(document.commands.map(({ id, source }) => [source, conditionName(id)]))
  const valueRulesAt = compileValueRules(document.recordedValues ?? [])
  const secretMatcher = (pattern: string) => createSecretKeys([pattern])

  function sawRoles(held: readonly string[], required: readonly Permission[]): void {
    for (const role of new Set(held.flatMap((name) => above.get(name) ?? []))) {
      exercised.add(`role:${role}`)
      for (const [pattern, permissions] of grants.get(role) ?? [])
        if (required.some((permission) => permissions.includes(permission))) exercised.add(grantName(role, pattern))
    }
  }

  function sawNames(list: ListName, names: readonly string[], matcher = compilePattern): void {
    for (const entry of ownEntries(document, list))
      if (names.some(matcher(entry))) exercised.add(entryName(list, entry))
  }

  function sawOpened({ route, service, params, resource }: RackCall): void {
    exercised.add(`unblocked:${route.id}`)
    if (route.permission === 'process:run') sawNames('run-service', [service ?? ''])
    if (route.permission === 'proxy:open' && resource === null) sawNames('proxy-host', [params.host ?? ''])
  }

  function sawValues(call: RackCall): void {
    const { query, form, headers } = call.parameters
    const pairs = (call.rackParameters ?? []).map((name) => `parameters.${name}`)
    const names = [...query, ...form, ...headers, ...pairs].map((name) => name.toLowerCase())
    for (const { rule, isNamed } of valueRulesAt(call)) if (names.some(isNamed)) exercised.add(`value:${rule.id}`)
  }

  function sawRefused({ rule, source }: Decision, { environment, command, rackParameters = [] }: RackCall): void {
    const keys = [...(environment?.changed ?? []), ...(command?.options?.environment ?? [])]
    if (rule === 'protected-key') sawNames('protected-key', keys)
    if (rule === 'protected-parameter') sawNames('protected-parameter', rackParameters)
    const condition = rule === 'command:condition' ? conditional.get(source) : undefined
    if (condition !== undefined) exercised.add(condition)
  }

  return {
    saw(decision, call) {
      exercised.add(decision.rule)
      sawValues(call)
      if (decision.effect !== 'allow') return sawRefused(decision, call)
      sawRoles(decision.roles, requiredPermissions(call))
      sawOpened(call)
    },
    sawRecording: (id) => void exercised.add(`recording:${id}`),
    sawSecrets({ environment, parameters }) {
      sawNames('secret-key', [...environment, ...parameters], secretMatcher)
      sawNames('secret-parameter', parameters, secretMatcher)
    },
    rules: () => writtenRules(document).map(({ rule, source }) => ({ rule, source, exercised: exercised.has(rule) })),
  }
}
