import type { Principal } from '@rack-gateway/rbac-policy'
import type { Clock } from './clock.ts'
import { AuthUnavailable } from './errors.ts'
import { type Directory, principalOf } from './principals.ts'
import { expiredToken, isRefusal, type Refusal } from './refusal.ts'
import type { Revision } from './revision.ts'
import type { TokenReading } from './token.ts'

export interface Identities {
  /**
   * Who a verified token stands for now. Ask again on `onChange` to learn whether a live stream may go on.
   *
   * @throws AuthUnavailable when the database is needed and can't be reached, or hasn't been for `maxStale`
   */
  find(token: TokenReading): Promise<Principal | Refusal>
  /** Runs `listener` after anything about identities has changed. @returns a function that ends it */
  onChange(listener: () => void): () => void
  /** Whether a change may have been missed for more than a second. */
  stale(): boolean
}

export interface IdentitiesOptions {
  readonly directory: Directory
  readonly revision: Revision
  /** Milliseconds since the epoch. */
  readonly clock: Clock
  /** Tokens that are remembered; the least recently used goes first. */
  readonly capacity?: number
  /** AUTH_MAX_STALE in milliseconds: how long remembered tokens go on without the database. */
  readonly maxStale?: number
}

type Answer = Principal | Refusal
/** A look-up that is under way, then its answer alone: a promise would weigh more than what it brought. */
type Answers = Map<string, Promise<Answer> | Answer>

const maximumLookUps = 3

/** Remembers who tokens stand for, for as long as the database's revision stays the same. */
export function createIdentities(options: IdentitiesOptions): Identities {
  const { directory, revision, clock, capacity = 10_000, maxStale = 60_000 } = options
  // Look-ups that began before a change keep the map that they began with, so what they bring is dropped with it.
  let answers: Answers = new Map()
  revision.onChange(function forget() {
    answers = new Map()
  })

  async function find(token: TokenReading): Promise<Answer> {
    if (revision.age() > maxStale) throw new AuthUnavailable()
    const answer = await newestAnswer(token.hash)
    if (isRefusal(answer)) return answer
    const expiresAt = Math.min(answer.expiresAt, token.expiresAt)
    return clock.now() >= expiresAt ? expiredToken(token.kind, expiresAt) : answer
  }

  async function newestAnswer(hash: Buffer): Promise<Answer> {
    const key = hash.toString('latin1')
    for (let lookUps = 1; ; lookUps++) {
      const begun = answers
      const answer = await (recall(begun, key) ?? lookUp(begun, key, hash))
      if (begun === answers || lookUps === maximumLookUps) return answer
    }
  }

  function recall(known: Answers, key: string): Promise<Answer> | Answer | undefined {
    const answer = known.get(key)
    if (!answer) return undefined
    known.delete(key)
    known.set(key, answer)
    return answer
  }

  function lookUp(known: Answers, key: string, hash: Buffer): Promise<Answer> {
    const answer = ask(hash)
    known.set(key, answer)
    if (known.size > capacity) forgetOldest(known)
    answer.then(
      (found) => known.get(key) === answer && known.set(key, found),
      () => known.get(key) === answer && known.delete(key),
    )
    return answer
  }

  async function ask(hash: Buffer): Promise<Answer> {
    try {
      return principalOf(await directory.find(hash), clock.now())
    } catch (cause) {
      throw new AuthUnavailable({ cause })
    }
  }

  return { find, onChange: revision.onChange, stale: revision.stale }
}

function forgetOldest(known: Answers): void {
  for (const key of known.keys()) {
    known.delete(key)
    return
  }
}
