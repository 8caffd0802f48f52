import { formatWords } from '@rack-gateway/command-matcher'
import type { Condition } from '../conditions/condition.ts'
import { builtInText, unblockedRoutes } from '../document/document.ts'
import { permissions } from '../permissions/permissions.ts'
import { cachedByDocument } from '../policy-document/cached-by-document.ts'
import { enrollmentName, entryName, type NameList, sourceOf, unblockedName } from '../policy-document/name-lists.ts'
import type { PolicyDocument, PolicyRule, Role } from '../policy-document/policy-document.ts'
import { listRequirements } from '../step-up/step-up-requirements.ts'
import type { ReplaceablePolicy } from './replaceable-policy.ts'

/** Which roles have which permissions, and all rules with their lines, in the current policy. Do not change the result. */
export const policyMatrix = cachedByDocument(function policyMatrix({
  document,
  roles,
  rolesWith,
}: Pick<ReplaceablePolicy, 'document' | 'roles' | 'rolesWith'>) {
  const { source, commands, blocked, recordings, recordedValues, tokens } = document
  const withSource = <T extends { readonly source?: string }>(part: T) => ({ ...part, source: part.source ?? source })
  return {
    source,
    builtInText,
    permissions: permissions.map(({ name, description }) => ({ name, description, roles: [...rolesWith(name)] })),
    roles: [...roles.values()].map((role) => roleOf(withSource(role))),
    commandRules: commands.map((rule) => commandRuleOf(withSource(rule))),
    blocked: blocked.map(withSource),
    unblocked: unblockedRoutes(document).map((route) => ({ route, source: sourceOf(document, unblockedName(route)) })),
    names: {
      runServices: entriesOf(document, 'runServices'),
      protectedKeys: entriesOf(document, 'protectedKeys'),
      protectedParameters: entriesOf(document, 'protectedParameters'),
      proxyHosts: entriesOf(document, 'proxyHosts'),
      secretKeys: entriesOf(document, 'secretKeys'),
      secretParameters: entriesOf(document, 'secretParameters'),
    },
    recordings: recordings.map(withSource),
    tokens: {
      maxAgeSeconds: tokens.maxAge / 1_000,
      defaultAgeSeconds: tokens.defaultAge / 1_000,
      source: tokens.source ?? source,
      rules: tokens.rules.map(withSource).map(({ maxAge, ...rule }) => ({ ...rule, maxAgeSeconds: maxAge / 1_000 })),
    },
    recordedValues: recordedValues.map(withSource),
    stepUps: listRequirements(document).map(({ except, ...requirement }) => ({ ...requirement, except: [...except] })),
    enrollment: enrollmentIn(document),
  }
})

function roleOf({ name, description, source, extends: bases = [], when = [] }: Role & { readonly source: string }) {
  return { name, description, source, extends: bases, conditions: when }
}

function commandRuleOf({ argv, when = [], stepUp: _, ...rule }: PolicyRule & { readonly source: string }) {
  return { ...rule, command: formatWords(argv), conditions: when satisfies readonly Condition[] }
}

function enrollmentIn(document: PolicyDocument) {
  const { enrollBy } = document.stepUp
  return enrollBy === null ? null : { by: new Date(enrollBy).toISOString(), source: sourceOf(document, enrollmentName) }
}

function entriesOf(document: PolicyDocument, list: NameList) {
  return document[list].map((name) => ({ name, source: sourceOf(document, entryName(list, name)) }))
}
