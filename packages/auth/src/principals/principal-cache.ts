import type { Binding, Principal } from '@rack-gateway/rbac-policy'
import { type AuthenticationDenial, isDenial } from '../denial.ts'
import { type ChangedSubjects, concerns } from './changed-subjects.ts'
import { weightOf } from './estimate-bytes.ts'
import type { CredentialRecord } from './principals.ts'
import { createSharedGroups } from './shared-groups.ts'
import { createSharedTexts } from './shared-texts.ts'

export type Answer = Principal | AuthenticationDenial

/** A look-up that is under way, then its answer alone: a promise would weigh more than what it brought. */
export type Remembered = Promise<Answer> | Answer

export interface AnswersLimits {
  /** Answers; the least recently used goes first. */
  readonly capacity: number
  /** Bytes, about. */
  readonly mostBytes: number
}

export interface Answers {
  /** As the most recently used. */
  recall(key: string): Remembered | undefined
  begin(key: string, lookUp: Promise<Answer>): void
  /** Keeps the answer of a look-up that has begun, unless it was forgotten meanwhile. */
  settle(key: string, lookUp: Promise<Answer>, answer: Answer): void
  forget(key: string): void
  /** Forgets what was made from a subject that has changed, with every look-up that is under way and every refusal: these do not say whom they are about. */
  forgetChanged(changed: ChangedSubjects): void
  /** With the texts that other answers have, and the groups of the user's other sessions where they are the same. */
  sharing(record: CredentialRecord | null): CredentialRecord | null
  size(): number
}

/** Of an entry: its place and its key. */
const ofEntry = 44
/** A constant of ours, and what is weighed with the lists. */
const constantOrHeld: ReadonlySet<string> = new Set(['kind', 'groups'])
const sharedFields: ReadonlySet<string> = new Set(['role', 'racks', 'apps'])

/** What is known of tokens at one revision, bounded by count and by weight. */
export function createAnswers({ capacity, mostBytes }: AnswersLimits): Answers {
  const known = new Map<string, Remembered>()
  const texts = createSharedTexts(mostBytes / 8)
  const groups = createSharedGroups(texts)
  let bytes = 0

  const ownWeight = (answer: Answer) => weightOf(answer, isElsewhere)

  function isElsewhere(field: string, value: unknown): boolean {
    return constantOrHeld.has(field) || (sharedFields.has(field) && typeof value === 'string' && texts.has(value))
  }

  function withShared<T extends { readonly bindings: readonly Binding[] }>(holder: T): T {
    const bindings = holder.bindings.map((binding) => ({
      ...binding,
      role: texts.of(binding.role),
      racks: texts.of(binding.racks),
      apps: texts.of(binding.apps),
    }))
    return { ...holder, bindings }
  }

  function forget(key: string): void {
    const answer = known.get(key)
    if (answer === undefined) return
    known.delete(key)
    bytes -= ofEntry
    if (answer instanceof Promise) return
    bytes -= ownWeight(answer)
    if (!isDenial(answer)) bytes -= groups.release(answer.id, answer.groups)
  }

  function makeRoom(): void {
    for (const key of known.keys()) {
      if (known.size <= capacity && bytes + texts.bytes() <= mostBytes) return
      forget(key)
    }
  }

  return {
    recall(key) {
      const answer = known.get(key)
      if (answer === undefined) return undefined
      known.delete(key)
      known.set(key, answer)
      return answer
    },
    begin(key, lookUp) {
      known.set(key, lookUp)
      bytes += ofEntry
      makeRoom()
    },
    settle(key, lookUp, answer) {
      if (known.get(key) !== lookUp) return
      known.set(key, answer)
      bytes += ownWeight(answer)
      if (!isDenial(answer)) bytes += groups.hold(answer.id, answer.groups)
      makeRoom()
    },
    forget,
    forgetChanged(changed) {
      for (const [key, answer] of known)
        if (answer instanceof Promise || isDenial(answer) || concerns(changed, answer)) forget(key)
    },
    sharing(record) {
      if (record === null) return null
      if (record.kind === 'workload') return { ...record, trust: withShared(record.trust) }
      if (record.kind === 'api-token') return { ...withShared(record), owner: withShared(record.owner) }
      const { user } = record
      return { ...record, user: { ...withShared(user), groups: groups.like(user.id, user.groups) } }
    },
    size: () => known.size,
  }
}
