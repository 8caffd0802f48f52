import type { SessionTerms } from '@rack-gateway/auth'
import type { Place } from '@rack-gateway/auth/cli-login'
import type { Administration, Lists } from '@rack-gateway/auth/store'
import type { Policy, Principal } from '@rack-gateway/rbac-policy'
import type { Static, TSchema } from 'typebox'
import type { CliLoginApi } from './cli-login-api.ts'
import type { Endpoint, Endpoints, GuardedEndpointName, OpenEndpointName } from './endpoints.ts'

/** What the handlers work with, the same for all calls. */
export interface OwnApiContext {
  readonly lists: Lists
  readonly policy: Policy
  readonly rackNames: readonly string[]
  /** The longest life of an API token, in milliseconds. */
  readonly tokenMaxAge: number
  readonly sessionTerms: SessionTerms
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly cliLogin: CliLoginApi
}

type Of<S> = S extends TSchema ? Static<S> : Record<never, never>

/** One call that was authorised and whose request fits the endpoint's schemas. */
export interface OwnCall<E extends Endpoint = Endpoint> extends OwnApiContext {
  readonly principal: Principal
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

/** A call by somebody unknown. */
export interface OpenCall<E extends Endpoint = Endpoint> extends OwnApiContext {
  readonly body: Of<E extends { body: infer B } ? B : undefined>
  /** For events. */
  readonly place: Place
}

type Answered<N extends keyof Endpoints> = Promise<Static<Endpoints[N]['answer']>> | Static<Endpoints[N]['answer']>
export type Handlers<N extends GuardedEndpointName = GuardedEndpointName> = {
  readonly [K in N]: (call: OwnCall<Endpoints[K]>) => Answered<K>
}
export type OpenHandlers = { readonly [K in OpenEndpointName]: (call: OpenCall<Endpoints[K]>) => Answered<K> }
