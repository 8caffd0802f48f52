import type { SessionTerms } from '@rack-gateway/auth'
import type { Administration, Lists } from '@rack-gateway/auth/store'
import type { Database } from '@rack-gateway/database'
import type { RackRegistry } from '@rack-gateway/rack-registry'
import type { Moment, Principal } from '@rack-gateway/rbac-policy'
import type { ReplaceablePolicy } from '@rack-gateway/rbac-policy/plugin'
import type { Static, TSchema } from 'typebox'
import type { Endpoint, EndpointName, Endpoints } from './endpoints.ts'

/** What the handlers work with, the same for all calls. */
export interface OwnApiContext {
  readonly lists: Lists
  readonly policy: ReplaceablePolicy
  readonly racks: Pick<RackRegistry, 'names' | 'resolve'>
  readonly database: Pick<Database, 'db'>
  /** The longest life of an API token, in milliseconds. */
  readonly tokenMaxAge: number
  readonly sessionTerms: SessionTerms
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

type Of<S> = S extends TSchema ? Static<S> : Record<never, never>

/** One call that was authorised and whose request fits the endpoint's schemas. */
export interface OwnCall<E extends Endpoint = Endpoint> extends OwnApiContext {
  readonly principal: Principal
  /** When it was asked, and from where. */
  readonly moment: Moment
  /** The `{id}` of the path; empty where it has none. */
  readonly id: string
  readonly query: Of<E extends { query: infer Q } ? Q : undefined>
  readonly body: Of<E extends { body: infer B } ? B : undefined>
  /** Of a caller who sent a browser's cookie: what its changes send as `X-CSRF-Token`. */
  readonly csrfToken: string | null
  /** Whether the caller also reaches what is of others. */
  readonly others: boolean
  /** Changes in the caller's name, recorded with this call. */
  readonly changes: Administration
}

export type Handler<N extends EndpointName> = (
  call: OwnCall<Endpoints[N]>,
) => Promise<Static<Endpoints[N]['answer']>> | Static<Endpoints[N]['answer']>
export type Handlers<N extends EndpointName = EndpointName> = { readonly [K in N]: Handler<K> }
