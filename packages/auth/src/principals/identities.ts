import type { Principal } from '@rack-gateway/rbac-policy'
import type { Clock } from '../clock.ts'
import { type AuthenticationDenial, expiredToken, isDenial } from '../denial.ts'
import { AuthUnavailable } from '../errors.ts'
import type { VerifiedToken } from '../tokens/token.ts'
import { type Answer, type Answers, createAnswers } from './principal-cache.ts'
import { type CredentialRecord, type Directory, ownerOf, principalOf } from './principals.ts'
import type { ChangeListener, Revision } from './revision.ts'

export interface Identities {
  /**
   * Who a verified token stands for now. Ask again on `onChange` to learn whether a live stream may go on.
   *
   * @throws AuthUnavailable when the database is needed and can't be reached, or hasn't been for `maxStale`
   */
  find(token: VerifiedToken): Promise<Principal | AuthenticationDenial>
  /** Who something under way belongs to now. As `find`, but a session or API token goes on when the secret that began it was replaced or has ended. */
  findOwner(token: VerifiedToken): Promise<Principal | AuthenticationDenial>
  /** Runs `listener` after anything about identities has changed. @returns a function that ends it */
  onChange(listener: ChangeListener): () => void
  /** Whether a change may have been missed for more than a second. */
  stale(): boolean
  /** Milliseconds since what is known here was last known to be current. */
  age(): number
  /** Tokens that are remembered. */
  cached(): number
}

export interface IdentitiesOptions {
  readonly directory: Directory
  readonly revision: Revision
  /** Milliseconds since the epoch. */
  readonly clock: Clock
  /** Tokens that are remembered, 100,000 unless given; the least recently used goes first. */
  readonly capacity?: number
  /** What they may weigh together in bytes, about; 59 MiB unless given. */
  readonly mostBytes?: number
  /** AUTH_MAX_STALE in milliseconds: how long remembered tokens go on without the database. */
  readonly maxStale?: number
}

type ReadRecord = (record: CredentialRecord | null, now: number) => Answer

const maximumLookUps = 3
const usualCapacity = 100_000
/** With what the mint remembers, and what a weight leaves out, less than 64 MiB. */
const usualBytes = 59 * 1_024 * 1_024

/** Remembers who tokens stand for, until a change concerns them. */
export function createIdentities(options: IdentitiesOptions): Identities {
  const { directory, revision, clock, maxStale = 60_000 } = options
  const { capacity = usualCapacity, mostBytes = usualBytes } = options
  let answers = createAnswers({ capacity, mostBytes })
  let changes = 0
  // What a look-up brings that began before a change is dropped.
  revision.onChange(function forget(changed) {
    changes++
    if (changed === null) answers = createAnswers({ capacity, mostBytes })
    else answers.forgetChanged(changed)
  })

  async function find(token: VerifiedToken): Promise<Answer> {
    if (revision.age() > maxStale) throw new AuthUnavailable()
    if (clock.now() >= token.expiresAt) return expiredToken(token.kind, token.expiresAt)
    return currentAnswer(token.hash.toString('latin1'), token.hash, principalOf)
  }

  async function findOwner(token: VerifiedToken): Promise<Answer> {
    const found = await find(token)
    if (!outlivesItsSecret(token) || !isDenial(found) || !isOfSecret(found)) return found
    return currentAnswer(`owner of ${token.hash.toString('latin1')}`, token.hash, ownerOf)
  }

  /** An answer that has ended meanwhile is made anew once, so that it says why. */
  async function currentAnswer(key: string, hash: Buffer, read: ReadRecord): Promise<Answer> {
    const answer = await newestAnswer(key, hash, read)
    if (isDenial(answer) || clock.now() < answer.expiresAt) return answer
    answers.forget(key)
    return newestAnswer(key, hash, read)
  }

  async function newestAnswer(key: string, hash: Buffer, read: ReadRecord): Promise<Answer> {
    for (let lookUps = 1; ; lookUps++) {
      const before = changes
      const answer = await (answers.recall(key) ?? rememberedLookUp(answers, key, hash, read))
      if (before === changes || lookUps === maximumLookUps) return answer
    }
  }

  /** Whoever asks for the same while it is under way waits for this one. */
  function rememberedLookUp(known: Answers, key: string, hash: Buffer, read: ReadRecord): Promise<Answer> {
    const answer = ask(known, hash, read)
    known.begin(key, answer)
    answer.then(
      (found) => known.settle(key, answer, found),
      () => known.recall(key) === answer && known.forget(key),
    )
    return answer
  }

  async function ask(known: Answers, hash: Buffer, read: ReadRecord): Promise<Answer> {
    try {
      return read(known.sharing(await directory.find(hash)), clock.now())
    } catch (cause) {
      throw new AuthUnavailable({ cause })
    }
  }

  const { onChange, stale, age } = revision
  return { find, findOwner, onChange, stale, age, cached: () => answers.size() }
}

function outlivesItsSecret({ kind }: VerifiedToken): boolean {
  return kind === 'session' || kind === 'api-token'
}

/** Whether it is the secret that has ended, and perhaps not what it stands for. */
function isOfSecret({ rule }: AuthenticationDenial): boolean {
  return rule === 'expired-token' || rule === 'superseded-token'
}
