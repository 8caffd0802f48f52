import { joinWithAnd } from '@rack-gateway/command-matcher'
import { defaultManagementLevel } from '../decision/step-up-decision.ts'
import type { StepUpLevel } from '../model/types.ts'
import type { PolicyDocument } from '../policy-document/policy-document.ts'
import { describeLevel, isStricter } from '../step-up/step-up-level.ts'
import { describeCalls, type ListedRequirement, listRequirements } from '../step-up/step-up-requirements.ts'
import { changeForEveryone, isEqual, type PolicyChange } from './policy-change.ts'

export function stepUpsChanged(before: PolicyDocument, after: PolicyDocument): PolicyChange[] {
  const [older, newer] = [byRule(before), byRule(after)]
  return [
    ...[...newer.values()].flatMap((requirement) => describeChange(older.get(requirement.rule), requirement)),
    ...[...older.values()].flatMap((requirement) => (newer.has(requirement.rule) ? [] : describeRemoval(requirement))),
    ...enrollmentChanged(before.stepUp.enrollBy, after.stepUp.enrollBy),
  ]
}

function byRule(document: PolicyDocument): ReadonlyMap<string, ListedRequirement> {
  return new Map(listRequirements(document).map((requirement) => [requirement.rule, requirement]))
}

function describeChange(before: ListedRequirement | undefined, after: ListedRequirement): PolicyChange[] {
  const [older, newer] = [before && termsOf(before), termsOf(after)]
  if (isEqual(older, newer) || (older === undefined && newer.level === null && after.kind !== 'management')) return []
  return [changeOf(after, effectOf(older, newer), wordsOf(after))]
}

function describeRemoval(requirement: ListedRequirement): PolicyChange[] {
  const { kind, level } = requirement
  if (kind === 'management') return [changeOf(requirement, 'changes', `${subjectOf(requirement)} ${defaultWords}`)]
  return level === null ? [] : [changeOf(requirement, 'allows', `${subjectOf(requirement)} no step-up`)]
}

const defaultWords = `${describeLevel(defaultManagementLevel)}, for users with a second factor`

interface Terms {
  readonly level: StepUpLevel | null
  readonly except: readonly string[]
  /** The lists that narrow a rule; null for a list that the rule does not have. */
  readonly lists: readonly (readonly string[] | null)[]
}

function termsOf({ level, except, permissions, racks, apps }: ListedRequirement): Terms {
  const lists = [permissions, racks, apps].map((list) => (list === undefined ? null : [...list].sort()))
  return { level, except: level === null ? [] : [...except].sort(), lists }
}

function effectOf(before: Terms | undefined, after: Terms): PolicyChange['effect'] {
  const effects = new Set([
    levelEffect(before?.level ?? null, after.level),
    exceptEffect(before?.except, after.except),
    ...after.lists.map((list, index) => listEffect(before?.lists[index], list)),
  ])
  effects.delete('same')
  const [only] = effects
  return effects.size === 1 && only !== undefined && only !== 'same' ? only : 'changes'
}

type Effect = PolicyChange['effect'] | 'same'

function levelEffect(before: StepUpLevel | null, after: StepUpLevel | null): Effect {
  if (isEqual(before, after)) return 'same'
  if (before === null || after === null) return after === null ? 'allows' : 'denies'
  return isStricter(after, before) ? 'denies' : 'allows'
}

/** The exceptions of a new requirement do not count, because a new requirement always restricts. */
function exceptEffect(before: readonly string[] | undefined, after: readonly string[]): Effect {
  if (before === undefined || isEqual(before, after)) return 'same'
  if (before.every((name) => after.includes(name))) return 'allows'
  return after.every((name) => before.includes(name)) ? 'denies' : 'changes'
}

/** A rule without a list is for everything, and each entry of a list adds calls. */
function listEffect(before: readonly string[] | null | undefined, after: readonly string[] | null): Effect {
  if (before === undefined || isEqual(before, after)) return 'same'
  if (before === null || after === null) return after === null ? 'denies' : 'allows'
  if (before.every((name) => after.includes(name))) return 'denies'
  return after.every((name) => before.includes(name)) ? 'allows' : 'changes'
}

function changeOf({ kind, name }: ListedRequirement, effect: PolicyChange['effect'], what: string): PolicyChange {
  if (kind === 'management') return changeForEveryone('changes', what)
  return kind === 'role' ? { effect, role: name, what } : changeForEveryone(effect, what)
}

const nouns = {
  command: 'the command rule',
  role: 'the role',
} as const

function subjectOf(requirement: ListedRequirement): string {
  const { kind, name } = requirement
  if (kind === 'management') return 'sensitive changes of the gateway need'
  return kind === 'rule'
    ? `by the step-up rule ${name}, ${describeCalls(requirement)} needs`
    : `${nouns[kind]} ${name} needs`
}

function wordsOf(requirement: ListedRequirement): string {
  const { level, except } = requirement
  if (level === null) return `${subjectOf(requirement)} no step-up`
  const exceptions = except.length === 0 ? '' : `, except for ${joinWithAnd(except)}`
  return `${subjectOf(requirement)} ${describeLevel(level)}${exceptions}`
}

function enrollmentChanged(before: number | null, after: number | null): PolicyChange[] {
  if (before === after) return []
  if (after === null) return [changeForEveryone('allows', 'there is no deadline for a second factor')]
  const effect = before !== null && before < after ? 'allows' : 'denies'
  return [changeForEveryone(effect, `every user needs a second factor from ${new Date(after).toISOString()} on`)]
}
