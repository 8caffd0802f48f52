import type { TObject, TSchema } from 'typebox'
import type { PrincipalKind } from '../schemas/me.ts'

export const apiPrefix = '/gateway/api/v1'

interface EndpointBase {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Below `apiPrefix`. `{id}` is a UUID. */
  readonly path: `/${string}`
  /** One sentence. */
  readonly summary: string
  /** Whole sentences. */
  readonly description?: string
  readonly query?: TObject
  readonly body?: TObject
  /** The largest accepted body in bytes, if it is not the default. */
  readonly bodyLimit?: number
  /** The status of a successful response. Default: 200. */
  readonly status?: 201
  readonly response: TSchema
  /** The media types of a response that is streamed. */
  readonly mediaTypes?: readonly string[]
  /** Discards the body, which can be any bytes, while it arrives. */
  readonly discardsBody?: true
  /** Accepts a WebSocket, and sends the response in it as one text message. */
  readonly acceptsWebSocket?: true
}

/** Requires a credential of the gateway: a token, a browser's cookie, or the JWT of a job as the password. */
export interface PrincipalEndpoint extends EndpointBase {
  readonly authentication?: never
  readonly permission: string
  /** A second permission that the caller needs. */
  readonly additionalPermission?: string
  /**
   * `self`: every principal has the permission for what they own. `everyone`: every principal has it. `gateway`: the
   * principal must have it on all racks and apps.
   */
  readonly scope: 'self' | 'everyone' | 'gateway'
  /** Follows "can" in the message of a denial, such as `check a policy document`. Default: derived from the path. */
  readonly action?: string
  /** The permission for what other principals own. */
  readonly permissionForOthers?: string
  readonly principalKinds: readonly PrincipalKind[]
  /** Revocations have a rate limit and a database connection of their own, so that other changes never delay them. */
  readonly isRevocation?: true
  /** Supports `If-None-Match`. */
  readonly conditional?: true
  /**
   * Compresses the response with gzip if the client accepts it. Never for a response that contains a secret, because the
   * length of a compressed response tells how much of a text that an attacker chose occurs in the secret. Never for a
   * stream, whose parts would wait for each other.
   */
  readonly compress?: true
  /** Rejects cookie authentication, because the response contains a token. The text is the remedy of that denial. */
  readonly rejectedCookieRemedy?: string
  /**
   * For a request with a cookie: requires a login that is at most five minutes old, because the response contains a
   * token. A request that needs a proof of a second factor does not need such a login.
   */
  readonly cookieRequires?: 'fresh-login'
  /**
   * When a call needs a proof of a second factor:
   *
   * - By default, if the policy requires a proof for the permission or a role. A call about the caller's own items
   *   needs no proof.
   * - `management`: for the default reasons, and if the policy requires a proof for sensitive changes.
   * - `factor`: always. The proof is a passkey, or any factor in a browser whose login is at most five minutes old. A
   *   user without a factor needs only such a login.
   * - `never`: no call needs a proof, because a user needs this endpoint to make a proof.
   */
  readonly stepUp?: 'management' | 'factor' | 'never'
  /** Always requires a proof, so that a user without a second factor cannot call the endpoint. */
  readonly requiresSecondFactor?: true
}

/** Requires the OIDC token of a CI job as Bearer. A trust decides whether the job is admitted. */
export interface JobEndpoint extends EndpointBase {
  readonly authentication: 'job'
}

/** Requires no credential. Counts toward the limit of unauthenticated requests. */
export interface PublicEndpoint extends EndpointBase {
  readonly authentication: 'anyone'
}

/** One operation. Routes, authorization, the OpenAPI document, the reference, and the client derive from it. */
export type Endpoint = PrincipalEndpoint | JobEndpoint | PublicEndpoint

export type EndpointTable = Readonly<Record<string, Endpoint>>

export function isPrincipalEndpoint(endpoint: Endpoint): endpoint is PrincipalEndpoint {
  return endpoint.authentication === undefined
}

/** The name of the operation in audit events and in the reference, such as `GET /gateway/api/v1/me`. */
export function endpointId({ method, path }: Endpoint): string {
  return `${method} ${apiPrefix}${path}`
}

export const everyKind: readonly PrincipalKind[] = ['user', 'api-token', 'workload']
export const usersOnly: readonly PrincipalKind[] = ['user']
