import { groupBy } from './group-by.ts'
import { byText } from './safe-text.ts'
import { describeSubjects, type Subject, type SubjectKind } from './subject.ts'
import type { SuggestedBinding } from './suggested-roles.ts'
import { basisOf } from './write-policy.ts'

const options: Readonly<Record<SubjectKind, string>> = {
  user: '--user',
  'service-account': '--service-account',
  trust: '--trust',
  'api-token': '--token',
}

/** A shell script. Each word is in a form that needs no quotes, or is the pattern `'*'`. */
export function writeBindings(bindings: readonly SuggestedBinding[]): string {
  const ambiguous = ambiguousNames(bindings.map(({ subject }) => subject))
  const lines = [...groupBy(bindings, ({ subject }) => `${subject.kind} ${subject.id}`).values()].flatMap((own) => {
    const [first] = own
    if (first === undefined) return []
    return [
      '',
      `# ${describeSubjects([first.subject])}`,
      ...own.flatMap((binding) => [`# ${basisOf(binding.uses, [binding.subject])}`, commandFor(binding, ambiguous)]),
    ]
  })
  return [
    '#!/bin/sh',
    '# Suggested by "rack-gateway policy suggest". Read every line before you run it.',
    '# It removes no binding. Afterwards, delete broader ones: rack-gateway bindings',
    'set -e',
    ...lines,
    '',
  ].join('\n')
}

function commandFor({ subject, role, rack, apps }: SuggestedBinding, ambiguous: ReadonlySet<string>): string {
  const name = ambiguous.has(`${subject.kind} ${subject.name.toLowerCase()}`) ? subject.id : subject.name
  const scope = apps.includes('*') ? "'*'" : apps.toSorted(byText).join(',')
  return `rack-gateway bindings create ${role} ${options[subject.kind]} ${name} --racks ${rack} --apps ${scope}`
}

/** Two subjects can have one name, such as users of two identity providers. */
function ambiguousNames(subjects: readonly Subject[]): ReadonlySet<string> {
  const ids = new Map<string, Set<string>>()
  for (const { kind, name, id } of subjects) {
    const key = `${kind} ${name.toLowerCase()}`
    ids.set(key, (ids.get(key) ?? new Set()).add(id))
  }
  return new Set([...ids].flatMap(([key, own]) => (own.size > 1 ? [key] : [])))
}
