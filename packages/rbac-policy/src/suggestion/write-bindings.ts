import { type CurrentAccess, type CurrentBinding, keyOfSubject } from '../simulation/current-access.ts'
import { type BindingKinds, isWithin } from './binding-kinds.ts'
import { groupBy } from './group-by.ts'
import { byText, counted, isPlainWord, isUuid } from './safe-text.ts'
import { describeSubjects, keyOf, type Subject, type SubjectKind } from './subject.ts'
import type { SuggestedBinding } from './suggestion.ts'
import { basisOf } from './write-policy.ts'

export interface BindingsScript {
  readonly access: CurrentAccess
  readonly kinds: BindingKinds
  /** The bindings of those who can change the gateway, by the key of their subject. */
  readonly kept: ReadonlyMap<string, readonly CurrentBinding[]>
  /** The only rack whose calls were read; null: all racks. */
  readonly rack: string | null
}

const options: Readonly<Record<SubjectKind, string>> = {
  user: '--user',
  'service-account': '--service-account',
  trust: '--trust',
  'api-token': '--token',
}

const deleteCommand = 'rack-gateway bindings delete --if-exists'
/** Lines of one kind. */
const maxListed = 5_000

/** A shell script. Each word is in a form that needs no quotes, or is the pattern `'*'`. */
export function writeBindings(bindings: readonly SuggestedBinding[], script: BindingsScript): string {
  const ambiguous = ambiguousNames(
    bindings.map(({ subject }) => subject),
    script.access,
  )
  const states = new Map(script.access.subjects.map(({ kind, id, suspended }) => [`${kind} ${id}`, suspended]))
  const bySubject = [...groupBy(bindings, ({ subject }) => keyOf(subject)).values()]
  const active = new Map<string, readonly SuggestedBinding[]>()
  const created = bySubject.flatMap((own) => {
    const [first] = own
    if (first === undefined) return []
    const note = noteOf(first.subject, states, script.access)
    if (note.isActive) active.set(keyOf(first.subject), own)
    const mark = note.isActive ? '' : '# '
    const held = script.access.bindings.filter(
      (one) => one.group === null && keyOfSubject(one) === keyOf(first.subject),
    )
    return [
      '',
      `# ${describeSubjects([first.subject])}`,
      ...(note.text === null ? [] : [`# ${note.text}`]),
      ...own.flatMap((binding) => [
        `# ${basisOf(binding.uses, [binding.subject])}`,
        ...commandsFor(binding, held, ambiguous).map((line) => (line.startsWith('#') ? line : `${mark}${line}`)),
      ]),
    ]
  })
  return [
    '#!/bin/sh',
    '# Suggested by "rack-gateway policy suggest". Read every line before you run it.',
    '# First apply policy.yaml, because these bindings need its roles.',
    script.access.complete
      ? '# The script creates bindings. At its end, it deletes bindings that allow more than what was used.'
      : '# The script does not know every binding in force. Afterwards, delete broader ones: rack-gateway bindings',
    'set -e',
    ...created,
    ...deletions(script, active),
    '',
  ].join('\n')
}

interface SubjectNote {
  readonly text: string | null
  /** Whether the commands are commands, and not comments. */
  readonly isActive: boolean
}

function noteOf({ kind, id }: Subject, states: ReadonlyMap<string, boolean>, { complete }: CurrentAccess): SubjectNote {
  const suspended = states.get(`${kind} ${id}`)
  if (suspended === undefined && complete)
    return { text: 'It no longer exists, was revoked, or has expired, so its commands are comments.', isActive: false }
  if (suspended === true) return { text: 'It is locked or disabled, so its commands are comments.', isActive: false }
  if (kind === 'trust')
    return {
      text: 'CI jobs: observe mode does not apply to them, and the script deletes none of their bindings.',
      isActive: true,
    }
  if (kind === 'api-token')
    return { text: 'An API token keeps its own roles, because they are its scope.', isActive: true }
  return { text: null, isActive: true }
}

/** Leaves out the apps for which the subject has the same binding already. */
function commandsFor(
  { subject, role, rack, apps }: SuggestedBinding,
  held: readonly CurrentBinding[],
  ambiguous: ReadonlySet<string>,
): string[] {
  const name = ambiguous.has(`${subject.kind} ${subject.name.toLowerCase()}`) ? subject.id : subject.name
  const wanted = apps.includes('*') ? ['*'] : apps.toSorted(byText)
  const has = (app: string) =>
    held.some((one) => one.role === role && one.racks === rack && one.apps === app && lasts(one))
  const missing = wanted.filter((app) => !has(app))
  const scope = missing.includes('*') ? "'*'" : missing.join(',')
  return [
    ...(missing.length < wanted.length
      ? [`# It has the role ${role} on ${rack} already: ${wanted.filter(has).join(', ')}`]
      : []),
    ...(missing.length > 0
      ? [
          `rack-gateway bindings create --if-missing ${role} ${options[subject.kind]} ${name} --racks ${rack} --apps ${scope}`,
        ]
      : []),
  ]
}

function lasts({ expiresAt, permissions }: CurrentBinding): boolean {
  return expiresAt === null && permissions === null
}

interface Listed {
  readonly title: string
  readonly bindings: readonly CurrentBinding[]
  readonly command: 'active' | 'comment' | 'none'
}

/** The bindings in force that allow more than the suggested ones, after all new ones exist. */
function deletions(
  { access, kinds, kept, rack }: BindingsScript,
  active: ReadonlyMap<string, readonly SuggestedBinding[]>,
): string[] {
  const about = access.bindings.filter((one) => isUuid(one.id) && kinds.concernsRacks(one))
  const keptIds = new Set([...kept.values()].flat().map(({ id }) => id))
  const groups = uniqueById(about.filter(({ group, subject }) => group !== null || subject.kind === 'group'))
  const own = about.filter(({ id, group, subject }) => !keptIds.has(id) && group === null && subject.kind !== 'group')
  const people = own.filter(({ subject: { kind } }) => kind === 'user' || kind === 'service-account')
  const used = people.filter((one) => active.has(keyOfSubject(one)))
  const broader = used.filter((one) => !isSuggested(one, active.get(keyOfSubject(one)) ?? []))
  const isOnlyHere = ({ racks }: CurrentBinding) => rack === null || racks === rack
  const isReplaceable = (one: CurrentBinding) => !kinds.concernsGateway(one)
  const unused = people.filter((one) => !active.has(keyOfSubject(one)))
  const trusts = own.filter(({ subject }) => subject.kind === 'trust')
  const viewers = broader.filter(kinds.allowsOnlyViewing)
  const isWide = (one: CurrentBinding) => !kinds.allowsOnlyViewing(one)
  const removed = access.complete ? broader.filter((one) => isWide(one) && isOnlyHere(one) && isReplaceable(one)) : []
  const removedIds = new Set(removed.map(({ id }) => id))
  const lists: readonly Listed[] = [
    {
      title: 'Kept, because their holders can change the gateway:',
      bindings: uniqueById([...kept.values()].flat().filter(({ group }) => group === null)),
      command: 'none',
    },
    {
      title:
        'Kept, because they are of groups, so each command concerns every member. Enforcement has little effect for them until you delete these bindings:',
      bindings: groups,
      command: 'comment',
    },
    {
      title:
        'Broader than what was used, but they also concern other racks, or allow something in the gateway. Without their deletion, they stay in effect:',
      bindings: broader.filter((one) => isWide(one) && !removedIds.has(one.id)),
      command: 'comment',
    },
    {
      title:
        'Kept, because they allow only what a viewer can read. Without a role on a rack, observe mode does not apply there:',
      bindings: viewers,
      command: 'comment',
    },
    {
      title: 'Kept, because their holders made no call that counts. Are they needed?',
      bindings: unused,
      command: 'comment',
    },
    { title: 'Kept, because the trust of CI jobs is their scope:', bindings: trusts, command: 'comment' },
    {
      title: 'Deleted, because they are broader than what was used. The commands above have replaced them:',
      bindings: removed,
      command: 'active',
    },
  ]
  const names = new Map(
    [...active].flatMap(([key, [first]]) => (first === undefined ? [] : [[key, first.subject.name]])),
  )
  return lists.flatMap((list) => sectionLines(list, names))
}

function sectionLines({ title, bindings, command }: Listed, names: ReadonlyMap<string, string>): string[] {
  if (bindings.length === 0) return []
  const sorted = bindings.toSorted(
    (one, other) => byText(keyOfSubject(one), keyOfSubject(other)) || byText(one.id, other.id),
  )
  const isFrom = (reason: string) => bindings.some((one) => one.reason === reason)
  return [
    '',
    `# ${title}`,
    ...(isFrom('given by DEFAULT_ROLE')
      ? ['# Some are from DEFAULT_ROLE. Change this variable too, or new users get the role again.']
      : []),
    ...(isFrom('named in ADMIN_USERS') ? ['# Some are from ADMIN_USERS, which names the first administrators.'] : []),
    ...sorted
      .slice(0, maxListed)
      .flatMap((one) => [
        `# ${describe(one, names)}`,
        ...(command === 'none' ? [] : [`${command === 'active' ? '' : '# '}${deleteCommand} ${one.id} --yes`]),
      ]),
    ...(sorted.length > maxListed ? [`# and ${counted(sorted.length - maxListed, 'more binding')}`] : []),
  ]
}

/** Names of groups and roles are shown only in the form of a plain word. */
function describe(binding: CurrentBinding, names: ReadonlyMap<string, string>): string {
  const { subject, group, role, racks, apps, permissions } = binding
  const name = group ?? names.get(keyOfSubject(binding)) ?? subject.id
  const what = permissions === null && isPlainWord(role) ? role : 'permissions'
  const whose = `${group === null ? subject.kind : 'group'} ${isPlainWord(name) || isUuid(name) ? name : '?'}`
  return `${whose}: ${what} on ${racks}, ${apps}`
}

function isSuggested(one: CurrentBinding, suggested: readonly SuggestedBinding[]): boolean {
  return (
    one.permissions === null &&
    suggested.some(({ role, rack, apps }) => apps.some((app) => isWithin(one, { role, racks: rack, apps: app })))
  )
}

function uniqueById(bindings: readonly CurrentBinding[]): readonly CurrentBinding[] {
  return [...new Map(bindings.map((one) => [one.id, one])).values()]
}

/**
 * Two subjects can have one name, such as users of two identity providers. Or a subject has another name by now, and
 * another subject has its recorded name.
 */
function ambiguousNames(recorded: readonly Subject[], { subjects: current }: CurrentAccess): ReadonlySet<string> {
  const subjects = [...recorded, ...current]
  const ids = new Map<string, Set<string>>()
  for (const { kind, name, id } of subjects) {
    const key = `${kind} ${name.toLowerCase()}`
    ids.set(key, (ids.get(key) ?? new Set()).add(id))
  }
  return new Set([...ids].flatMap(([key, own]) => (own.size > 1 ? [key] : [])))
}
