import type { RequestLists } from '@rack-gateway/access-requests'
import type { AuditSearch, EventDraft } from '@rack-gateway/audit'
import type { RecordIdentityEvents } from '@rack-gateway/auth'
import type { RequestContext } from '@rack-gateway/auth/cli-login'
import type { StepUpCaller } from '@rack-gateway/auth/step-ups'
import type { Administration, Change, FactorAdministration, Lists, VerifiedJwt } from '@rack-gateway/auth/store'
import type {
  DeepReadonly,
  Endpoint,
  EndpointName,
  Endpoints,
  JobEndpoint,
  PrincipalEndpoint,
  PublicEndpoint,
} from '@rack-gateway/gateway-api'
import type { Decision, Moment, Principal, RequestRule } from '@rack-gateway/rbac-policy'
import type { FastifyInstance } from 'fastify'
import type { Static, TSchema } from 'typebox'
import type { ConnectionFacts } from '../connection/connection-facts.ts'
import type { StreamedResponse } from './streamed-response.ts'

type StaticOf<S> = S extends TSchema ? Static<S> : Record<never, never>

interface ValidatedRequest<E extends Endpoint> {
  /** Its decorations are the services and settings of the gateway. */
  readonly server: FastifyInstance
  /** For the conditions of the policy. */
  readonly moment: Moment
  /** The `{id}` of the path; empty if the path has none. */
  readonly id: string
  readonly query: StaticOf<E extends { query: infer Q } ? Q : undefined>
  readonly body: StaticOf<E extends { body: infer B } ? B : undefined>
  /** During a change, they read in its transaction. */
  readonly lists: Lists
  /** As `lists`. */
  readonly requestLists: RequestLists
}

export interface PrincipalCall<E extends Endpoint = PrincipalEndpoint> extends ValidatedRequest<E> {
  readonly principal: Principal
  readonly auditLog: AuditSearch
  /** The value that a browser must send as `X-CSRF-Token`; null for a request without a cookie. */
  readonly csrfToken: string | null
  /** Whether the caller has the endpoint's `permissionForOthers`, and the policy does not deny its use. */
  readonly canAccessOthers: boolean
  /**
   * Whether the caller can access an item: as its owner, or with `permissionForOthers`. If the caller is not the owner,
   * audit events of the call name the role that allows the access.
   *
   * @throws ProofForOthersNeeded, or NotAllowed, if the policy requires a proof of a second factor for items of
   * another principal
   */
  canAccess(isOwner: boolean): boolean
  /**
   * Checks the proof that a request rule requires of the caller. Must be checked in the transaction, too.
   *
   * @throws ProofByRuleNeeded; NotAllowed for a user without a second factor
   */
  assertProvedByRule(rule: RequestRule): void
  /** Must be checked before a secret is issued, because a client that disconnected cannot receive the secret. */
  isConnected(): boolean
  /**
   * Runs a change and records it, in one transaction. The caller is authenticated and authorized again inside the
   * transaction, so `work` must use only the call that it gets.
   */
  change<T>(work: (call: TransactionCall<E>) => Promise<T>): Promise<T>
  /** The User-Agent. */
  readonly client: string | null
  /** Returns the caller of a step-up, and counts the call toward the step-up limit of the session. */
  readonly asStepUpCaller: () => Promise<StepUpCaller>
  /** The keyed hash of the words of a command; null without a command. */
  readonly commandDigest: (words: readonly string[] | null) => string | null
  /** The keyed hash of a parameter's value. */
  readonly valueDigest: (value: string) => string
  /** Records an event of this call. Resolves when the event is durable. */
  readonly record: (
    event: Pick<EventDraft, 'kind' | 'detail' | 'of' | 'recording' | 'rack' | 'app' | 'process'>,
  ) => Promise<void>
  /** Counts a report of a call that the caller did not send. @throws TooManyRequests */
  readonly countReport: () => void
  /** Records an event of a rack call that the caller did not send. */
  readonly recordStoppedCall: (
    decision: Decision,
    event: Omit<EventDraft, 'request' | 'principal' | 'source'>,
  ) => Promise<void>
  /**
   * Authenticates and authorizes the caller again while a response is streamed.
   *
   * @returns the caller as of now
   * @throws when the caller lost access
   */
  readonly reauthorize: () => Promise<Principal>
  /** `Last-Event-ID` of a client that reconnects. */
  readonly lastEventId: string | null
  readonly disconnected: () => AbortSignal
  readonly connectionFacts: () => ConnectionFacts
}

export interface TransactionCall<E extends Endpoint = PrincipalEndpoint> extends Omit<PrincipalCall<E>, 'change'> {
  /** For changes of access requests. */
  readonly transaction: Change
  readonly changes: Administration
  readonly factorChanges: FactorAdministration
}

/** A call of a CI job whose token has a valid signature. The handler decides whether a trust admits it. */
export interface JobCall<E extends Endpoint = JobEndpoint> extends ValidatedRequest<E> {
  readonly verifiedJwt: VerifiedJwt
  readonly record: RecordIdentityEvents
}

export interface PublicCall<E extends Endpoint = PublicEndpoint> extends ValidatedRequest<E> {
  /** For audit events. */
  readonly requestContext: RequestContext
}

export type AnyCall = PrincipalCall | JobCall | PublicCall

type CallOf<E extends Endpoint> = E extends JobEndpoint
  ? JobCall<E>
  : E extends PublicEndpoint
    ? PublicCall<E>
    : PrincipalCall<E>

type ResultOf<E extends Endpoint> = E extends { mediaTypes: readonly string[] }
  ? StreamedResponse
  : DeepReadonly<Static<E['response']>>

export type Handler<N extends EndpointName> = (
  call: CallOf<Endpoints[N]>,
) => Promise<ResultOf<Endpoints[N]>> | ResultOf<Endpoints[N]>
export type Handlers<N extends EndpointName = EndpointName> = { readonly [K in N]: Handler<K> }
