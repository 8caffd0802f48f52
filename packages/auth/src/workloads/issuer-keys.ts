import type { Clock } from '@rack-gateway/time'
import { createLocalJWKSet, errors, type LocalJWKSet } from 'jose'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { IssuerUnreachable, KeyNotKnownYet } from '../errors/errors.ts'
import { fetchJson } from './fetch-json.ts'
import { discoveryUrl } from './issuer-url.ts'

export interface IssuerKeys {
  /**
   * Null if the issuer has no key with this ID.
   *
   * @throws IssuerUnreachable if the needed keys could not be fetched; KeyNotKnownYet for an unknown ID if the last
   * fetch was less than `interval` ago
   */
  find(issuer: string, header: { readonly alg: string; readonly kid: string }): Promise<CryptoKey | null>
  /** Forgets all other issuers. */
  keep(issuers: ReadonlySet<string>): void
}

export interface IssuerKeysOptions {
  readonly clock: Clock
  readonly fetch?: (url: string) => Promise<unknown>
  /** The minimum time between two fetches of the keys of an issuer, in milliseconds. */
  readonly interval?: number
  /** Milliseconds after which keys are fetched again. The old keys stay in use until a fetch succeeds. */
  readonly freshness?: number
  /** Milliseconds after which keys are no longer used. */
  readonly expiry?: number
}

type CryptoKey = Awaited<ReturnType<LocalJWKSet>>

interface CachedIssuer {
  keys: LocalJWKSet | null
  fetchedAt: number
  fetchBeganAt: number
  fetching: Promise<void> | null
  failure: unknown
}

const Discovery = Type.Object({ issuer: Type.String(), jwks_uri: Type.String() })
const KeySet = Type.Object({
  keys: Type.Array(Type.Object({ kty: Type.String(), kid: Type.Optional(Type.String()) }), { maxItems: 50 }),
})

/** Fetches the keys of an issuer at most once per interval, however many tokens arrive. */
export function createIssuerKeys(options: IssuerKeysOptions): IssuerKeys {
  const { clock, fetch = fetchJson, interval = 30_000, freshness = 600_000, expiry = 3_600_000 } = options
  const issuers = new Map<string, CachedIssuer>()

  function issuerOf(name: string): CachedIssuer {
    const found = issuers.get(name)
    if (found) return found
    const never = Number.NEGATIVE_INFINITY
    const added: CachedIssuer = { keys: null, fetchedAt: never, fetchBeganAt: never, fetching: null, failure: null }
    issuers.set(name, added)
    return added
  }

  /** Starts a fetch, or waits for a fetch in progress. @returns false if the last one began less than `interval` ago */
  async function fetchIfDue(name: string, issuer: CachedIssuer): Promise<boolean> {
    if (issuer.fetching === null && clock.now() - issuer.fetchBeganAt < interval) return false
    await (issuer.fetching ?? startFetch(name, issuer))
    return true
  }

  function startFetch(name: string, issuer: CachedIssuer): Promise<void> {
    issuer.fetchBeganAt = clock.now()
    issuer.fetching = fetchKeys(name, fetch)
      .then((keys) => Object.assign(issuer, { keys, fetchedAt: clock.now(), failure: null }))
      .then(
        () => undefined,
        (failure: unknown) => {
          issuer.failure = failure
        },
      )
      .finally(() => {
        issuer.fetching = null
      })
    return issuer.fetching
  }

  /** Seconds until the keys can be fetched again. */
  const wait = ({ fetchBeganAt }: CachedIssuer) =>
    Math.max(1, Math.ceil((fetchBeganAt + interval - clock.now()) / 1_000))
  const unreachable = (issuer: CachedIssuer) =>
    Object.assign(new IssuerUnreachable({ cause: issuer.failure }), { retryAfter: wait(issuer) })
  const notKnownYet = (issuer: CachedIssuer) =>
    Object.assign(new KeyNotKnownYet(wait(issuer)), { retryAfter: wait(issuer) })
  const age = (issuer: CachedIssuer) => clock.now() - issuer.fetchedAt

  async function find(name: string, header: { alg: string; kid: string }): Promise<CryptoKey | null> {
    const issuer = issuerOf(name)
    const wasFetched = age(issuer) >= expiry && (await fetchIfDue(name, issuer))
    if (age(issuer) >= freshness) void fetchIfDue(name, issuer)
    if (issuer.keys === null || age(issuer) >= expiry) throw unreachable(issuer)
    const found = await select(issuer.keys, header)
    if (found !== null) return found
    if (!wasFetched && !(await fetchIfDue(name, issuer))) throw notKnownYet(issuer)
    if (issuer.failure !== null) throw unreachable(issuer)
    return select(issuer.keys, header)
  }

  return {
    find,
    keep(names) {
      for (const name of issuers.keys()) if (!names.has(name)) issuers.delete(name)
    },
  }
}

async function select(keys: LocalJWKSet, header: { alg: string; kid: string }): Promise<CryptoKey | null> {
  try {
    return await keys(header)
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError || error instanceof DOMException) return null
    throw error
  }
}

async function fetchKeys(issuer: string, fetch: (url: string) => Promise<unknown>): Promise<LocalJWKSet> {
  const discovery = await fetch(discoveryUrl(issuer))
  const address = keysAddress(issuer, discovery)
  const set = await fetch(address)
  if (!Value.Check(KeySet, set)) throw new Error('its keys are not a JSON Web Key Set of at most 50 keys')
  return createLocalJWKSet(set)
}

function keysAddress(issuer: string, discovery: unknown): string {
  if (!Value.Check(Discovery, discovery)) throw new Error('its discovery document names no issuer and keys')
  if (discovery.issuer !== issuer) throw new Error('its discovery document names another issuer')
  const { jwks_uri: address } = discovery
  if (!URL.canParse(address) || new URL(address).origin !== new URL(issuer).origin)
    throw new Error('its discovery document names keys on another server')
  return address
}
