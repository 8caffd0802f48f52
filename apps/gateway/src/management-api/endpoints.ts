import { EventProof } from '@rack-gateway/audit/verify'
import { TrustRequest } from '@rack-gateway/auth'
import type { PrincipalKind } from '@rack-gateway/rbac-policy'
import { type TObject, type TSchema, Type } from 'typebox'
import * as audit from './audit-schemas.ts'
import * as evidence from './evidence-schemas.ts'
import * as impact from './impact-schemas.ts'
import * as policy from './policy-schemas.ts'
import * as recordings from './recording-schemas.ts'
import * as schemas from './schemas.ts'
import * as workloadSchemas from './workload-schemas.ts'

export const apiPrefix = '/gateway/api/v1'

interface EndpointShape {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Below `apiPrefix`; `{id}` is a UUID. */
  readonly path: string
  /** What it does, in a sentence. */
  readonly summary: string
  readonly query?: TObject
  readonly body?: TObject
  /** Of the body, in bytes, where it may be larger than most. */
  readonly bodyLimit?: number
  readonly status: 200 | 201
  readonly answer: TSchema
  /** Of an answer that is written while it is read: what it can be. */
  readonly streamed?: readonly string[]
}

/** For whoever has a credential of the gateway: token, cookie, or a JWT as the password. */
export interface CallerEndpoint extends EndpointShape {
  readonly authentication?: never
  readonly permission: string
  /** This one is needed as well. */
  readonly also?: string
  /** `self`: it concerns the caller, so everyone has it. `everyone`: it is no secret. `gateway`: asked for on all racks and apps. */
  readonly scope: 'self' | 'everyone' | 'gateway'
  /** With this one also what is of others. */
  readonly others?: string
  /** Who may call it at all: tokens and jobs make no tokens and change no bindings. */
  readonly callers: readonly PrincipalKind[]
  /** Whether it takes something away: then it does not wait behind other changes. */
  readonly revokes?: true
  /** Whether its answer has an ETag, and isn't sent again to who has it. */
  readonly conditional?: true
  /** Of what answers with a token for programs, to which no stolen cookie leads: what a browser does instead. */
  readonly insteadOfCookie?: string
}

/** For a job that has nothing but the OIDC token of its CI system, as Bearer. A trust decides. */
export interface JobEndpoint extends EndpointShape {
  readonly authentication: 'job'
}

/** For anyone, and counted like all that strangers ask: what it takes proves itself, or leads to nothing by itself. */
export interface OpenEndpoint extends EndpointShape {
  readonly authentication: 'anyone'
}

/** One entry of the gateway's own API: routes, authorisation, OpenAPI, the reference and the test of who may are made from it. */
export type Endpoint = CallerEndpoint | JobEndpoint | OpenEndpoint

export function isForCallers(endpoint: Endpoint): endpoint is CallerEndpoint {
  return endpoint.authentication === undefined
}

const everybody: readonly PrincipalKind[] = ['user', 'api-token', 'workload']
const people: readonly PrincipalKind[] = ['user']
const TokenPage = filteredPage('owner', '`me`, or the id of a user or service account')
const SessionPage = filteredPage('user', '`me`, or the id of a user')

function filteredPage<N extends 'owner' | 'user' | 'subject' | 'trust' | 'group'>(name: N, description: string) {
  const filter = Type.Optional(Type.String({ maxLength: 300, description }))
  return Type.Object(
    { ...schemas.PageQuery.properties, [name]: filter } as typeof schemas.PageQuery.properties & {
      [K in N]: typeof filter
    },
    { additionalProperties: false },
  )
}

export const endpoints = {
  me: {
    method: 'GET',
    path: '/me',
    summary: 'Says who calls, and where they have a role.',
    permission: 'gateway:self:read',
    scope: 'self',
    callers: everybody,
    status: 200,
    answer: schemas.Me,
  },
  versions: {
    method: 'GET',
    path: '/version',
    summary: 'Says which version the gateway is, and which of the CLI it asks for.',
    permission: 'gateway:self:read',
    scope: 'self',
    callers: everybody,
    status: 200,
    answer: schemas.Versions,
  },
  listSessions: {
    method: 'GET',
    path: '/sessions',
    summary: 'Lists own sessions; everybody’s for whoever may end them.',
    permission: 'gateway:self:read',
    scope: 'self',
    others: 'gateway:session:write',
    callers: everybody,
    query: SessionPage,
    status: 200,
    answer: schemas.pageOf(schemas.Session),
  },
  endSession: {
    method: 'DELETE',
    path: '/sessions/{id}',
    summary: 'Ends a session: it is refused within a second everywhere, and what it has open ends.',
    permission: 'gateway:self:write',
    scope: 'self',
    others: 'gateway:session:write',
    revokes: true,
    callers: everybody,
    status: 200,
    answer: schemas.Session,
  },
  renewSession: {
    method: 'POST',
    path: '/session/renewal',
    summary:
      'Gives the session that asks a new token and a later end; the token before goes on for a while. The identity provider is asked first whether it still vouches for the user, where it gave the means.',
    permission: 'gateway:self:write',
    scope: 'self',
    callers: people,
    insteadOfCookie: 'log in again when it has ended',
    status: 200,
    answer: schemas.RenewedSession,
  },
  beginLoopbackLogin: {
    method: 'POST',
    path: '/cli-logins/loopback',
    summary:
      'Begins a login of the CLI that ends in the process that asks: its code is brought to a port of the same machine. There is nothing to poll.',
    authentication: 'anyone',
    body: schemas.LoopbackLoginRequest,
    status: 201,
    answer: schemas.BegunLoopbackLogin,
  },
  redeemLoopbackLogin: {
    method: 'POST',
    path: '/cli-logins/loopback/redemption',
    summary: 'Gives the session for a code, once, to whoever has the verifier that its login began with.',
    authentication: 'anyone',
    body: schemas.RedemptionRequest,
    status: 201,
    answer: schemas.NewSession,
  },
  beginDeviceLogin: {
    method: 'POST',
    path: '/cli-logins/device',
    summary: 'Begins a login of the CLI by a code that a person types into a browser, unless DEVICE_LOGIN is off.',
    authentication: 'anyone',
    body: schemas.CliLoginRequest,
    status: 201,
    answer: schemas.BegunDeviceLogin,
  },
  pollDeviceLogin: {
    method: 'POST',
    path: '/cli-logins/device/poll',
    summary: 'Says what became of a login by a code, and gives its session once.',
    authentication: 'anyone',
    body: schemas.PollRequest,
    status: 200,
    answer: schemas.PolledLogin,
  },
  listUsers: {
    method: 'GET',
    path: '/users',
    summary: 'Lists users, or the members of a group.',
    permission: 'gateway:user:write',
    scope: 'gateway',
    callers: everybody,
    query: filteredPage('group', 'the name of a group'),
    status: 200,
    answer: schemas.pageOf(schemas.User),
  },
  listGroups: {
    method: 'GET',
    path: '/groups',
    summary: 'Lists groups by name: those that a user is in, and those that a binding is for.',
    permission: 'gateway:binding:write',
    scope: 'gateway',
    callers: everybody,
    query: schemas.GroupPageQuery,
    status: 200,
    answer: schemas.pageOf(schemas.Group),
  },
  getUser: {
    method: 'GET',
    path: '/users/{id}',
    summary: 'Shows a user.',
    permission: 'gateway:user:write',
    scope: 'gateway',
    callers: everybody,
    status: 200,
    answer: schemas.User,
  },
  lockUser: {
    method: 'POST',
    path: '/users/{id}/lock',
    summary: 'Locks a user: no session and no API token of theirs works. Lists the tokens that stop.',
    permission: 'gateway:user:write',
    scope: 'gateway',
    revokes: true,
    callers: everybody,
    body: schemas.LockRequest,
    status: 200,
    answer: schemas.StoppedTokens,
  },
  unlockUser: {
    method: 'POST',
    path: '/users/{id}/unlock',
    summary: 'Unlocks a user: their sessions and tokens work again, as far as they have not ended.',
    permission: 'gateway:user:write',
    scope: 'gateway',
    callers: people,
    status: 200,
    answer: schemas.User,
  },
  listServiceAccounts: {
    method: 'GET',
    path: '/service-accounts',
    summary: 'Lists service accounts.',
    permission: 'gateway:service-account:write',
    scope: 'gateway',
    callers: everybody,
    query: schemas.PageQuery,
    status: 200,
    answer: schemas.pageOf(schemas.ServiceAccount),
  },
  createServiceAccount: {
    method: 'POST',
    path: '/service-accounts',
    summary: 'Makes a service account. It may do nothing until it gets a binding.',
    permission: 'gateway:service-account:write',
    scope: 'gateway',
    callers: people,
    body: schemas.ServiceAccountRequest,
    status: 201,
    answer: schemas.ServiceAccount,
  },
  getServiceAccount: {
    method: 'GET',
    path: '/service-accounts/{id}',
    summary: 'Shows a service account.',
    permission: 'gateway:service-account:write',
    scope: 'gateway',
    callers: everybody,
    status: 200,
    answer: schemas.ServiceAccount,
  },
  disableServiceAccount: {
    method: 'POST',
    path: '/service-accounts/{id}/disable',
    summary: 'Disables a service account: its tokens are refused until it is enabled again.',
    permission: 'gateway:service-account:write',
    scope: 'gateway',
    revokes: true,
    callers: everybody,
    status: 200,
    answer: schemas.ServiceAccount,
  },
  enableServiceAccount: {
    method: 'POST',
    path: '/service-accounts/{id}/enable',
    summary: 'Enables a service account again.',
    permission: 'gateway:service-account:write',
    scope: 'gateway',
    callers: people,
    status: 200,
    answer: schemas.ServiceAccount,
  },
  listBindings: {
    method: 'GET',
    path: '/bindings',
    summary: 'Lists bindings of users, groups, service accounts, API tokens and trusts.',
    permission: 'gateway:binding:write',
    scope: 'gateway',
    callers: everybody,
    query: filteredPage('subject', 'the id of a user, service account, API token or trust, or the name of a group'),
    status: 200,
    answer: schemas.pageOf(schemas.Binding),
  },
  createBinding: {
    method: 'POST',
    path: '/bindings',
    summary: 'Gives a role. Nobody gives what they do not hold, or for longer than they hold it.',
    permission: 'gateway:binding:write',
    scope: 'gateway',
    callers: people,
    body: schemas.BindingRequest,
    status: 201,
    answer: schemas.withWarnings(schemas.Binding),
  },
  removeBinding: {
    method: 'DELETE',
    path: '/bindings/{id}',
    summary: 'Takes a role away. Refused for the last administrator, without whom nobody could give roles.',
    permission: 'gateway:binding:write',
    scope: 'gateway',
    revokes: true,
    callers: people,
    status: 200,
    answer: schemas.Binding,
  },
  listTokens: {
    method: 'GET',
    path: '/tokens',
    summary: 'Lists own API tokens; everybody’s for whoever may revoke them.',
    permission: 'gateway:self:read',
    scope: 'self',
    others: 'gateway:token:write',
    callers: everybody,
    query: TokenPage,
    status: 200,
    answer: schemas.pageOf(schemas.Token),
  },
  createToken: {
    method: 'POST',
    path: '/tokens',
    summary:
      'Makes an API token, of the caller or of a service account (which needs gateway:service-account:write). It is no stronger than its maker, and shown only now.',
    permission: 'gateway:self:write',
    scope: 'self',
    others: 'gateway:service-account:write',
    callers: people,
    insteadOfCookie: 'make it with your token, as "Authorization: Bearer"',
    body: schemas.TokenRequest,
    status: 201,
    answer: schemas.withWarnings(schemas.NewToken),
  },
  getToken: {
    method: 'GET',
    path: '/tokens/{id}',
    summary: 'Shows an API token, without the token itself.',
    permission: 'gateway:self:read',
    scope: 'self',
    others: 'gateway:token:write',
    callers: everybody,
    status: 200,
    answer: schemas.Token,
  },
  revokeToken: {
    method: 'DELETE',
    path: '/tokens/{id}',
    summary: 'Revokes an API token: it is refused within a second everywhere, and what it has open ends.',
    permission: 'gateway:self:write',
    scope: 'self',
    others: 'gateway:token:write',
    revokes: true,
    callers: everybody,
    status: 200,
    answer: schemas.Token,
  },
  rotateToken: {
    method: 'POST',
    path: '/tokens/{id}/rotate',
    summary:
      'Gives an API token a new secret; the old one stays valid for the overlap. Of a service account’s token: for whoever has gateway:service-account:write. Nobody else’s is rotated.',
    permission: 'gateway:self:write',
    scope: 'self',
    others: 'gateway:service-account:write',
    callers: people,
    insteadOfCookie: 'rotate it with your token, as "Authorization: Bearer"',
    body: schemas.RotationRequest,
    status: 201,
    answer: schemas.NewToken,
  },
  handOverToken: {
    method: 'POST',
    path: '/tokens/{id}/owner',
    summary: 'Gives an API token another owner, so that it works on when the old one is locked.',
    permission: 'gateway:token:write',
    scope: 'gateway',
    callers: people,
    body: schemas.OwnerRequest,
    status: 200,
    answer: schemas.HandedOverToken,
  },
  listTrusts: {
    method: 'GET',
    path: '/trusts',
    summary: 'Lists trusts in CI systems, those that were revoked, too.',
    permission: 'gateway:trust:write',
    scope: 'gateway',
    callers: everybody,
    query: schemas.PageQuery,
    status: 200,
    answer: schemas.pageOf(workloadSchemas.Trust),
  },
  createTrust: {
    method: 'POST',
    path: '/trusts',
    summary: 'Lets jobs of a CI system in, with a role that its maker holds.',
    permission: 'gateway:trust:write',
    scope: 'gateway',
    callers: people,
    body: TrustRequest,
    status: 201,
    answer: schemas.withWarnings(workloadSchemas.Trust),
  },
  getTrust: {
    method: 'GET',
    path: '/trusts/{id}',
    summary: 'Shows a trust.',
    permission: 'gateway:trust:write',
    scope: 'gateway',
    callers: everybody,
    status: 200,
    answer: workloadSchemas.Trust,
  },
  revokeTrust: {
    method: 'DELETE',
    path: '/trusts/{id}',
    summary:
      'Revokes a trust for good: every job that it let in is refused within a second, and what it has open ends.',
    permission: 'gateway:trust:write',
    scope: 'gateway',
    revokes: true,
    callers: everybody,
    status: 200,
    answer: workloadSchemas.Trust,
  },
  exchangeJobToken: {
    method: 'POST',
    path: '/workload-sessions',
    summary: 'Exchanges the OIDC token of a job, once, for a token of the gateway. It is shown only now.',
    authentication: 'job',
    body: workloadSchemas.ExchangeRequest,
    status: 201,
    answer: workloadSchemas.NewWorkloadSession,
  },
  listWorkloadSessions: {
    method: 'GET',
    path: '/workload-sessions',
    summary: 'Lists sessions of jobs, until a week after their end.',
    permission: 'gateway:session:write',
    scope: 'gateway',
    callers: everybody,
    query: filteredPage('trust', 'the id of the trust that let them in'),
    status: 200,
    answer: schemas.pageOf(workloadSchemas.WorkloadSession),
  },
  endWorkloadSession: {
    method: 'DELETE',
    path: '/workload-sessions/{id}',
    summary: 'Ends the session of a job: it is refused within a second everywhere, and what it has open ends.',
    permission: 'gateway:self:write',
    scope: 'self',
    others: 'gateway:session:write',
    revokes: true,
    callers: everybody,
    status: 200,
    answer: workloadSchemas.WorkloadSession,
  },
  getPolicy: {
    method: 'GET',
    path: '/policy',
    summary: 'Shows the policy document in force, with its hash and, where it was read from one, its text.',
    permission: 'gateway:policy:read',
    scope: 'everyone',
    callers: everybody,
    status: 200,
    answer: policy.PolicyInForce,
    conditional: true,
  },
  getEffectivePolicy: {
    method: 'GET',
    path: '/policy/effective',
    summary:
      'Gives all that decisions about the caller on one rack are made from, policy packages left out: what a check before the call needs.',
    permission: 'gateway:policy:read',
    scope: 'self',
    callers: everybody,
    query: policy.RackQuery,
    status: 200,
    answer: policy.EffectivePolicy,
    conditional: true,
  },
  decide: {
    method: 'POST',
    path: '/policy/decisions',
    summary: 'Decides calls without making them, policy packages included; as somebody else for whoever manages users.',
    permission: 'gateway:policy:read',
    scope: 'self',
    others: 'gateway:user:write',
    callers: everybody,
    body: policy.DecisionsRequest,
    status: 200,
    answer: policy.Decisions,
  },
  listAuditKeys: {
    method: 'GET',
    path: '/audit/keys',
    summary: 'Lists the public keys that have signed checkpoints of the audit log, oldest first.',
    authentication: 'anyone',
    status: 200,
    answer: evidence.AuditKeys,
  },
  readAuditLog: {
    method: 'GET',
    path: '/audit/log',
    summary:
      'Gives all that it takes to verify the audit log: checkpoints, the archives that were made, then events, a line of JSON each. It is what rack-gateway audit verify reads; each reading is recorded.',
    permission: 'gateway:audit:read',
    scope: 'gateway',
    callers: everybody,
    status: 200,
    answer: Type.String(),
    streamed: ['application/x-ndjson'],
  },
  proveAuditEvent: {
    method: 'GET',
    path: '/audit/events/{id}/proof',
    summary: 'Proves that an event is in the log, by the first checkpoint that signs it; within a minute there is one.',
    permission: 'gateway:audit:read',
    scope: 'gateway',
    callers: everybody,
    status: 200,
    answer: EventProof,
  },
  listRecordings: {
    method: 'GET',
    path: '/recordings',
    summary: 'Lists recorded sessions, newest first.',
    permission: 'gateway:recording:read',
    scope: 'gateway',
    callers: everybody,
    query: recordings.RecordingQuery,
    status: 200,
    answer: schemas.pageOf(recordings.Recording),
  },
  readRecording: {
    method: 'GET',
    path: '/recordings/{id}',
    summary: 'Streams a recording as asciicast v3, verified; each reading is an event.',
    permission: 'gateway:recording:read',
    scope: 'gateway',
    callers: everybody,
    status: 200,
    answer: Type.String({ description: 'an asciicast, version 3' }),
    streamed: ['application/x-asciicast'],
  },
  followRecording: {
    method: 'GET',
    path: '/recordings/{id}/live',
    summary:
      'Streams the recording of a session that runs as asciicast v3, as it is stored: within 1 s where it is asked of the gateway process that records, else within 6 s.',
    permission: 'gateway:recording:read',
    scope: 'gateway',
    callers: everybody,
    query: recordings.FollowQuery,
    status: 200,
    answer: Type.String({ description: 'an asciicast, version 3' }),
    streamed: ['application/x-asciicast'],
  },
  endRecording: {
    method: 'POST',
    path: '/recordings/{id}/end',
    summary: 'Ends the session that is being recorded, wherever it runs. Whoever is in it reads the reason.',
    permission: 'gateway:recording:end',
    scope: 'gateway',
    revokes: true,
    callers: everybody,
    body: recordings.EndRequest,
    status: 200,
    answer: recordings.Recording,
  },
  listAlarms: {
    method: 'GET',
    path: '/audit/alarms',
    summary:
      'Lists the newest events that somebody has to look at, with who has acknowledged them and why. Older ones are found by their kind.',
    permission: 'gateway:audit:read',
    scope: 'gateway',
    callers: everybody,
    query: audit.AlarmQuery,
    status: 200,
    answer: audit.Alarms,
  },
  acknowledgeAlarm: {
    method: 'POST',
    path: '/audit/alarms/{id}/acknowledge',
    summary:
      'Says that an alarm was looked at, and what came of it: readiness no longer speaks of it. The log keeps both, and a verification finds what it found before.',
    permission: 'gateway:audit:acknowledge',
    scope: 'gateway',
    callers: people,
    body: audit.AcknowledgeRequest,
    status: 200,
    answer: audit.Alarm,
  },
  searchAudit: {
    method: 'GET',
    path: '/audit/events',
    summary: 'Searches the audit log, newest first. Filters are joined by "and"; the search itself is recorded.',
    permission: 'gateway:audit:read',
    scope: 'gateway',
    callers: everybody,
    query: audit.AuditPageQuery,
    status: 200,
    answer: schemas.pageOf(audit.FoundEvent),
  },
  getAuditEvent: {
    method: 'GET',
    path: '/audit/events/{id}',
    summary: 'Shows an event, with its links in the chain.',
    permission: 'gateway:audit:read',
    scope: 'gateway',
    callers: everybody,
    status: 200,
    answer: audit.WholeEvent,
  },
  followAudit: {
    method: 'GET',
    path: '/audit/events/stream',
    summary:
      'Follows the audit log: server-sent events named audit, from every replica, from now on or from Last-Event-ID. Ends with one named end, when the caller may no longer read it.',
    permission: 'gateway:audit:read',
    scope: 'gateway',
    callers: everybody,
    query: audit.AuditStreamQuery,
    status: 200,
    answer: Type.String(),
    streamed: ['text/event-stream'],
  },
  exportAudit: {
    method: 'GET',
    path: '/audit/export',
    summary:
      'Exports all that fits the filters, oldest first, as NDJSON (which audit verify reads), CSV for spreadsheets, or OCSF. The export is recorded with its filters and count.',
    permission: 'gateway:audit:read',
    scope: 'gateway',
    callers: everybody,
    query: audit.AuditExportQuery,
    status: 200,
    answer: Type.String(),
    streamed: ['application/x-ndjson', 'text/csv'],
  },
  studyPolicy: {
    method: 'POST',
    path: '/policy/impact',
    summary:
      'Decides recorded calls by a proposed policy document: what would newly be refused or permitted, and for whom. Policy packages are not asked. Recorded, since it reads the audit log.',
    permission: 'gateway:audit:read',
    also: 'gateway:policy:read',
    scope: 'gateway',
    callers: everybody,
    body: impact.ImpactRequest,
    bodyLimit: 1024 * 1024,
    status: 200,
    answer: impact.Impact,
  },
} as const satisfies Readonly<Record<string, Endpoint>>

export type Endpoints = typeof endpoints
export type EndpointName = keyof Endpoints

/** How it is named in events and in the reference. */
export function endpointId({ method, path }: Endpoint): string {
  return `${method} ${apiPrefix}${path}`
}
