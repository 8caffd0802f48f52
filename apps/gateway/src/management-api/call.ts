import type { EventDraft } from '@rack-gateway/audit'
import type { AuditSearch, Slots } from '@rack-gateway/audit/search'
import type { Identities, RecordIdentityEvents, SessionTerms } from '@rack-gateway/auth'
import type { Place } from '@rack-gateway/auth/cli-login'
import type { Recheck } from '@rack-gateway/auth/login'
import type { Administration, Lists, ProvenJwt, Workloads } from '@rack-gateway/auth/store'
import type { Database } from '@rack-gateway/database'
import type { RackRegistry } from '@rack-gateway/rack-registry'
import type { Moment, Principal } from '@rack-gateway/rbac-policy'
import type { PolicyPackages } from '@rack-gateway/rbac-policy/packages/host'
import type { ReplaceablePolicy } from '@rack-gateway/rbac-policy/plugin'
import type { Static, TSchema } from 'typebox'
import type { CliLoginApi } from '../login/cli-login-api.ts'
import type { PolicyStudies } from '../policy-study/policy-studies.ts'
import type { RecordingArchive } from '../recordings/archive.ts'
import type { AuditEvidence } from './audit-evidence.ts'
import type { CallerEndpoint, Endpoint, EndpointName, Endpoints, JobEndpoint, OpenEndpoint } from './endpoints.ts'
import type { Versions } from './schemas.ts'
import type { StreamedAnswer } from './streamed-response.ts'

/** What the handlers work with, the same for all calls. */
export interface OwnApiContext {
  readonly lists: Lists
  readonly policy: ReplaceablePolicy
  /** What may refuse a call of the rack API that the policy permits. */
  readonly packages: Pick<PolicyPackages, 'loaded' | 'simulation'>
  readonly racks: Pick<RackRegistry, 'names' | 'resolve'>
  readonly database: Pick<Database, 'db'>
  readonly sessionTerms: SessionTerms
  readonly workloads: Workloads
  readonly identities: Identities
  /** PUBLIC_URL. */
  readonly publicUrl: string | null
  readonly versions: Versions
  /** Asks the identity provider about a user before their session is renewed. */
  readonly recheck: Recheck
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly cliLogin: CliLoginApi
  readonly auditEvidence: AuditEvidence
  readonly recordings: RecordingArchive
  readonly auditLog: AuditSearch
  /** Those who follow the audit log, or a session. */
  readonly followers: Slots
  readonly recordingReaders: Slots
  /** Aborted when the gateway stops. */
  readonly closing: AbortSignal
  readonly studies: PolicyStudies
}

type Of<S> = S extends TSchema ? Static<S> : Record<never, never>

interface Asked<E extends Endpoint> {
  /** When it was asked, and from where. */
  readonly moment: Moment
  /** The `{id}` of the path; empty where it has none. */
  readonly id: string
  readonly query: Of<E extends { query: infer Q } ? Q : undefined>
  readonly body: Of<E extends { body: infer B } ? B : undefined>
}

/** One call that was authorised and whose request fits the endpoint's schemas. */
export interface OwnCall<E extends Endpoint = CallerEndpoint> extends OwnApiContext, Asked<E> {
  readonly principal: Principal
  /** Of a caller who sent a browser's cookie: what its changes send as `X-CSRF-Token`. */
  readonly csrfToken: string | null
  /** Whether the caller also reaches what is of others. */
  readonly others: boolean
  /**
   * Whether the caller reaches something: what is their own, or else what is of others. Of the latter the call's events say by
   * which role, instead of that it is the caller's own affair.
   */
  reaches(own: boolean): boolean
  /** Whether the caller is still there: a secret that nobody takes is not made. */
  isWaitedFor(): boolean
  /**
   * Runs a change in the caller's name, recorded with this call, as one transaction. Inside it the caller is looked up and
   * authorised again: `work` decides by what it is given, and reads and writes there alone.
   */
  change<T>(work: (call: ChangingCall<E>) => Promise<T>): Promise<T>
  /** Records what was done with this call, in the name of its caller, and resolves when that is durable. */
  readonly record: (
    event: Pick<EventDraft, 'kind' | 'detail' | 'of' | 'recording' | 'rack' | 'app' | 'process'>,
  ) => Promise<void>
  /** Decides once more, while an answer is under way. @throws when the caller may no longer */
  readonly again: () => Promise<void>
  /** Of a client that connects again. */
  readonly lastEventId: string | null
  /** Aborts when nobody waits for the answer any more. */
  readonly leaving: () => AbortSignal
}

/** A call inside the transaction of its change. */
export interface ChangingCall<E extends Endpoint = CallerEndpoint> extends Omit<OwnCall<E>, 'change'> {
  readonly changes: Administration
}

/** The call of a job whose issuer is proven. Whether a trust lets it in is still to be decided. */
export interface JobCall<E extends Endpoint = JobEndpoint> extends OwnApiContext, Asked<E> {
  readonly proven: ProvenJwt
  /** Records with this call. */
  readonly record: RecordIdentityEvents
}

/** A call by somebody unknown. */
export interface OpenCall<E extends Endpoint = OpenEndpoint> extends OwnApiContext, Asked<E> {
  /** For events. */
  readonly place: Place
}

export type AnyCall = OwnCall | JobCall | OpenCall

type CallOf<E extends Endpoint> = E extends JobEndpoint ? JobCall<E> : E extends OpenEndpoint ? OpenCall<E> : OwnCall<E>

type AnswerOf<E extends Endpoint> = E extends { streamed: readonly string[] } ? StreamedAnswer : Static<E['answer']>

export type Handler<N extends EndpointName> = (
  call: CallOf<Endpoints[N]>,
) => Promise<AnswerOf<Endpoints[N]>> | AnswerOf<Endpoints[N]>
export type Handlers<N extends EndpointName = EndpointName> = { readonly [K in N]: Handler<K> }
