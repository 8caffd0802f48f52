import type { StepUpLevel } from '../model/types.ts'

/** How often a requirement would have asked for a proof. */
export interface PromptCount {
  /** Such as `step-up:rule production-promotes`. */
  readonly rule: string
  readonly level: StepUpLevel
  /** Calls for which this requirement is the strictest one. */
  readonly calls: number
  /** Calls for which a user would have been asked, because no proof was recent enough. */
  readonly prompts: number
  /** Users who would have been asked at least once. */
  readonly users: number
}

export interface CallNeedingProof {
  readonly user: string
  /** Proofs belong to sessions. */
  readonly session: string
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly rule: string
  readonly level: StepUpLevel
}

export interface PromptCounter {
  /** Adds a call, in any order. Calls that are added after `counts` or `users` cause no prompts. */
  add(call: CallNeedingProof): void
  /** The requirements with the most prompts first. */
  counts(): PromptCount[]
  /** The number of users who would have been asked at least once. */
  users(): number
}

interface Requirement {
  readonly rule: string
  readonly level: StepUpLevel
  calls: number
  prompts: number
  readonly promptedUsers: Set<string>
}

interface SessionCalls {
  readonly user: string
  readonly calls: { readonly at: number; readonly requirement: Requirement }[]
}

/** Counts the prompts of recorded calls, as if each user had proved a factor whenever a call needed a proof. */
export function createPromptCounter(): PromptCounter {
  const requirements = new Map<string, Requirement>()
  const sessions = new Map<string, SessionCalls>()
  let counted: readonly Requirement[] | null = null

  function requirementOf({ rule, level }: CallNeedingProof): Requirement {
    const found = requirements.get(rule)
    if (found !== undefined) return found
    const created = { rule, level, calls: 0, prompts: 0, promptedUsers: new Set<string>() }
    requirements.set(rule, created)
    return created
  }

  function count(): readonly Requirement[] {
    if (counted !== null) return counted
    for (const { user, calls } of sessions.values()) {
      for (const requirement of promptsOf(calls)) {
        requirement.prompts += 1
        requirement.promptedUsers.add(user)
      }
    }
    counted = [...requirements.values()]
    return counted
  }

  return {
    add(call) {
      const { user, session, at } = call
      const requirement = requirementOf(call)
      requirement.calls += 1
      const found = sessions.get(session)
      if (found === undefined) sessions.set(session, { user, calls: [{ at, requirement }] })
      else found.calls.push({ at, requirement })
    },
    counts: () =>
      count()
        .map(({ rule, level, calls, prompts, promptedUsers }) => ({
          rule,
          level,
          calls,
          prompts,
          users: promptedUsers.size,
        }))
        .sort((one, other) => other.prompts - one.prompts || (one.rule < other.rule ? -1 : 1)),
    users: () => new Set(count().flatMap(({ promptedUsers }) => [...promptedUsers])).size,
  }
}

/** The requirements for which the user is asked. A proof for the level `always` counts for one call only. */
function* promptsOf(calls: SessionCalls['calls']): Generator<Requirement> {
  let lastProofAt = Number.NEGATIVE_INFINITY
  for (const { at, requirement } of calls.toSorted((one, other) => one.at - other.at)) {
    const { level } = requirement
    if (level.kind === 'recent') {
      if (at - lastProofAt <= level.within) continue
      lastProofAt = at
    }
    yield requirement
  }
}
