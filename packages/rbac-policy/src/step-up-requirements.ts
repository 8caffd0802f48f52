import type { PolicyDocument, StepUpRule } from './policy-document.ts'
import { stepUpOf } from './step-up.ts'

export interface ListedRequirement extends StepUpRule {
  readonly kind: 'permission' | 'command' | 'role' | 'rack' | 'app' | 'management'
  /** The permission, rule, role, or pattern; empty for `management`. */
  readonly name: string
  /** The rule of its decisions, such as `step-up:permission release:promote`. */
  readonly rule: string
  readonly source: string
}

/** Leaves out the requirements that a role inherits. */
export function listRequirements(document: PolicyDocument): ListedRequirement[] {
  const { roles, commands, source } = document
  const { permissions, racks, apps, management } = stepUpOf(document)
  const listed = (kind: ListedRequirement['kind'], name: string, rule: StepUpRule): ListedRequirement => ({
    kind,
    name,
    rule: `step-up:${kind}${name === '' ? '' : ` ${name}`}`,
    level: rule.level,
    except: rule.except,
    source: rule.source ?? source,
  })
  return [
    ...permissions.map((rule) => listed('permission', rule.pattern, rule)),
    ...commands.flatMap(({ id, stepUp: rule }) => (rule === undefined ? [] : listed('command', id, rule))),
    ...roles.flatMap(({ name, stepUp: rules = [] }) =>
      rules.flatMap((rule) => (rule.role === name ? listed('role', name, rule) : [])),
    ),
    ...racks.map((rule) => listed('rack', rule.pattern, rule)),
    ...apps.map((rule) => listed('app', rule.pattern, rule)),
    ...(management === null ? [] : [listed('management', '', management)]),
  ]
}
