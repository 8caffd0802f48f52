import type { Principal } from '@rack-gateway/rbac-policy'
import type { Clock } from '@rack-gateway/time'
import { type AuthenticationDenial, expiredToken, isDenial } from '../errors/denial.ts'
import { AuthUnavailable } from '../errors/errors.ts'
import type { ChangeListener, Revision } from '../revision/revision.ts'
import type { VerifiedToken } from '../tokens/token.ts'
import {
  type AuthenticationResult,
  type CachedResult,
  createPrincipalCache,
  type PrincipalCache,
} from './principal-cache.ts'
import { type CredentialRecord, type Directory, principalOf, principalOfCredential } from './principals.ts'

export interface Identities {
  /**
   * Returns no promise if the result is cached.
   *
   * @throws AuthUnavailable, as a rejection, if a lookup cannot reach the database, or if the revision is older than
   * `maxStale`
   */
  find(token: VerifiedToken): CachedResult
  /**
   * For live streams. Like `find`, but a session or API token stays valid after its secret was replaced or has expired.
   */
  findPrincipal(token: VerifiedToken): Promise<Principal | AuthenticationDenial>
  /** @returns a function that removes the listener */
  onChange(listener: ChangeListener): () => void
  /** Whether a change may have been missed for more than a second. */
  stale(): boolean
  /** Milliseconds since the cache was last known to be current. */
  age(): number
  /** The number of cached tokens. */
  cached(): number
}

export interface IdentitiesOptions {
  readonly directory: Directory
  readonly revision: Revision
  readonly clock: Clock
  /** The maximum number of cached tokens. Default 100,000. The least recently used is evicted first. */
  readonly capacity?: number
  /** The approximate maximum size of the cache in bytes. Default 59 MiB. */
  readonly maxBytes?: number
  /** AUTH_MAX_STALE in milliseconds: how long cached tokens stay valid without the database. Default 60,000. */
  readonly maxStale?: number
}

type ReadRecord = (record: CredentialRecord | null, now: number) => AuthenticationResult

const maxLookups = 3
const defaultCapacity = 100_000
/** Together with the cache of the mint and the memory that the estimate leaves out, this is less than 64 MiB. */
const defaultBytes = 59 * 1_024 * 1_024

export function createIdentities(options: IdentitiesOptions): Identities {
  const { directory, revision, clock, maxStale = 60_000 } = options
  const { capacity = defaultCapacity, maxBytes = defaultBytes } = options
  let cache = createPrincipalCache({ capacity, maxBytes })
  let changes = 0
  // A lookup that began before a change is not cached, and is repeated at most twice.
  revision.onChange(function forget(changed) {
    changes++
    if (changed === null) cache = createPrincipalCache({ capacity, maxBytes })
    else cache.invalidate(changed)
  })

  function find(token: VerifiedToken): CachedResult {
    if (revision.age() > maxStale) return Promise.reject(new AuthUnavailable())
    if (clock.now() >= token.expiresAt) return expiredToken(token.kind, token.expiresAt)
    const key = token.hash.toString('latin1')
    const cached = cache.get(key)
    if (cached !== undefined && !(cached instanceof Promise) && isUnexpired(cached)) return cached
    return lookUpUnexpired(key, token.hash, principalOf)
  }

  function isUnexpired(result: AuthenticationResult): boolean {
    return isDenial(result) || clock.now() < result.expiresAt
  }

  async function findPrincipal(token: VerifiedToken): Promise<AuthenticationResult> {
    const found = await find(token)
    if (!outlivesSecret(token) || !isDenial(found) || !isSecretEnded(found)) return found
    return lookUpUnexpired(`owner of ${token.hash.toString('latin1')}`, token.hash, principalOfCredential)
  }

  /** Looks up a cached principal again once it has expired, so that the denial says why. */
  async function lookUpUnexpired(key: string, hash: Buffer, read: ReadRecord): Promise<AuthenticationResult> {
    const result = await lookUp(key, hash, read)
    if (isUnexpired(result)) return result
    cache.delete(key)
    return lookUp(key, hash, read)
  }

  async function lookUp(key: string, hash: Buffer, read: ReadRecord): Promise<AuthenticationResult> {
    for (let lookups = 1; ; lookups++) {
      const before = changes
      const result = await (cache.get(key) ?? startLookup(cache, key, hash, read))
      if (before === changes || lookups === maxLookups) return result
    }
  }

  /** Concurrent calls for the same token share one lookup. */
  function startLookup(
    cache: PrincipalCache,
    key: string,
    hash: Buffer,
    read: ReadRecord,
  ): Promise<AuthenticationResult> {
    const result = readDirectory(cache, hash, read)
    cache.setPending(key, result)
    result.then(
      (found) => cache.setResult(key, result, found),
      () => cache.get(key) === result && cache.delete(key),
    )
    return result
  }

  async function readDirectory(cache: PrincipalCache, hash: Buffer, read: ReadRecord): Promise<AuthenticationResult> {
    try {
      return read(cache.shareValues(await directory.find(hash)), clock.now())
    } catch (cause) {
      throw new AuthUnavailable({ cause })
    }
  }

  const { onChange, stale, age } = revision
  return { find, findPrincipal, onChange, stale, age, cached: () => cache.size() }
}

function outlivesSecret({ kind }: VerifiedToken): boolean {
  return kind === 'session' || kind === 'api-token'
}

/** Whether only the secret has ended, while its session or API token may still be valid. */
function isSecretEnded({ rule }: AuthenticationDenial): boolean {
  return rule === 'expired-token' || rule === 'superseded-token'
}
