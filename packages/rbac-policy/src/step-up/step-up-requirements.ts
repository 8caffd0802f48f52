import { namesInMessage } from '@rack-gateway/command-matcher'
import type { PolicyDocument, StepUpCallRule, StepUpRule } from '../policy-document/policy-document.ts'
import { placesOf } from './step-up.ts'

/** The calls of a `rule`. All other kinds have no lists. */
type StepUpCalls = Pick<StepUpCallRule, 'permissions' | 'racks' | 'apps'>

export interface ListedRequirement extends StepUpRule, StepUpCalls {
  readonly kind: 'rule' | 'command' | 'role' | 'management'
  /** The ID of the rule or command rule, or the role; empty for `management`. */
  readonly name: string
  /** The rule of its decisions, such as `step-up:rule production-promotes`. */
  readonly rule: string
  readonly source: string
}

/** Leaves out the requirements that a role inherits. */
export function listRequirements(document: PolicyDocument): ListedRequirement[] {
  const { roles, commands, source } = document
  const { rules: callRules, management } = document.stepUp
  const listed = (kind: ListedRequirement['kind'], name: string, rule: StepUpRule): ListedRequirement => ({
    kind,
    name,
    rule: `step-up:${kind}${name === '' ? '' : ` ${name}`}`,
    level: rule.level,
    except: rule.except,
    source: rule.source ?? source,
  })
  return [
    ...callRules.map((rule) => {
      const { id, permissions, racks, apps } = rule
      const lists = { ...(permissions && { permissions }), ...(racks && { racks }), ...(apps && { apps }) }
      return { ...listed('rule', id, rule), ...lists }
    }),
    ...commands.flatMap(({ id, stepUp: rule }) => (rule === undefined ? [] : listed('command', id, rule))),
    ...roles.flatMap(({ name, stepUp: rules = [] }) =>
      rules.flatMap((rule) => (rule.role === name ? listed('role', name, rule) : [])),
    ),
    ...(management === null ? [] : [listed('management', '', management)]),
  ]
}

/** Such as `release:promote on the rack production`, or `every call on the app web`. */
export function describeCalls({ permissions, racks, apps }: StepUpCalls): string {
  return `${permissions === undefined ? 'every call' : namesInMessage(permissions)}${placesOf({ racks, apps })}`
}
