import type { RecordedCall } from '../simulation/recorded-call.ts'
import { byText, counted, isPlainWord, isUuid } from './safe-text.ts'

export type SubjectKind = 'user' | 'service-account' | 'trust' | 'api-token'

/** Whom a binding can be created for. */
export interface Subject {
  readonly kind: SubjectKind
  readonly id: string
  /** For comments and commands: the name if it is a plain word, and otherwise the ID. */
  readonly name: string
  /** The user, service account, or trust that is responsible. Limits apply to each account with all its tokens. */
  readonly account: string
}

export interface Callers {
  /** Needs the command rules. */
  readonly caller: Subject
  /** Needs the permissions: the owner of a token, and otherwise the caller. */
  readonly holder: Subject
}

/** @returns null for a principal that no binding can name */
export function subjectsOf({ principal }: RecordedCall): Callers | null {
  const { kind, id, name, owner, trust } = principal
  if (kind === 'user') return one(subject('user', id, name))
  if (kind === 'workload') return trust === undefined ? null : one(subject('trust', trust.id, trust.name))
  if (kind !== 'api-token' || owner === undefined) return null
  const holder = subject(owner.kind === 'service-account' ? 'service-account' : 'user', owner.id, owner.name)
  // The name of a token includes its owner, so a token is named by its ID.
  const caller = subject('api-token', id, id)
  return holder && caller && { caller: { ...caller, account: holder.account }, holder }
}

function one(only: Subject | null): Callers | null {
  return only && { caller: only, holder: only }
}

/** Names are not unique, and can be changed: only an email address or a plain name is shown instead of the ID. */
function subject(kind: SubjectKind, id: string, name: string): Subject | null {
  if (!isUuid(id)) return null
  return { kind, id, name: isPlainWord(name) ? name : id, account: `${kind} ${id}` }
}

export function keyOf({ kind, id }: Subject): string {
  return `${kind} ${id}`
}

export function bySubject(one: Subject, other: Subject): number {
  return byText(one.kind, other.kind) || byText(one.name, other.name) || byText(one.id, other.id)
}

const maxNamed = 5

/** Such as `3 users: ada@example.com, bob@example.com, and 1 more`. */
export function describeSubjects(subjects: readonly Subject[]): string {
  const sorted = subjects.toSorted(bySubject)
  const kinds = new Set(sorted.map(({ kind }) => kind))
  const [only] = sorted
  const noun = kinds.size === 1 && only !== undefined ? nouns[only.kind] : 'caller'
  const names = sorted.slice(0, maxNamed).map(({ kind, name }) => (kind === 'user' ? name : `${nouns[kind]} ${name}`))
  const more = sorted.length - names.length
  return `${counted(sorted.length, noun)}: ${[...names, ...(more > 0 ? [`and ${more} more`] : [])].join(', ')}`
}

const nouns: Readonly<Record<SubjectKind, string>> = {
  user: 'user',
  'service-account': 'service account',
  trust: 'trust',
  'api-token': 'API token',
}
