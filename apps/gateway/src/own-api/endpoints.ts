import type { PrincipalKind } from '@rack-gateway/rbac-policy'
import { type TObject, type TSchema, Type } from 'typebox'
import * as policy from './policy-schemas.ts'
import * as schemas from './schemas.ts'

export const apiPrefix = '/gateway/api/v1'

/** One entry of the gateway's own API: routes, authorisation, OpenAPI, the reference and the test of who may are made from it. */
export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Below `apiPrefix`; `{id}` is a UUID. */
  readonly path: string
  /** What it does, in a sentence. */
  readonly summary: string
  readonly permission: string
  /** `self`: it concerns the caller, so everyone has it. `everyone`: it is no secret. `gateway`: asked for on all racks and apps. */
  readonly scope: 'self' | 'everyone' | 'gateway'
  /** With this one also what is of others. */
  readonly others?: string
  /** Who may call it at all: tokens and jobs make no tokens and change no bindings. */
  readonly callers: readonly PrincipalKind[]
  readonly query?: TObject
  readonly body?: TObject
  readonly status: 200 | 201
  readonly answer: TSchema
  /** Whether its answer has an ETag, and isn't sent again to who has it. */
  readonly conditional?: true
}

const everybody: readonly PrincipalKind[] = ['user', 'api-token', 'workload']
const people: readonly PrincipalKind[] = ['user']
const TokenPage = filteredPage('owner', '`me`, or the id of a user or service account')
const SessionPage = filteredPage('user', '`me`, or the id of a user')

function filteredPage<N extends 'owner' | 'user' | 'subject'>(name: N, description: string) {
  const filter = Type.Optional(Type.String({ maxLength: 100, description }))
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
    callers: everybody,
    status: 200,
    answer: schemas.Session,
  },
  renewSession: {
    method: 'POST',
    path: '/session/renewal',
    summary: 'Gives the session that asks a new token and a later end; the token before goes on for a while.',
    permission: 'gateway:self:write',
    scope: 'self',
    callers: people,
    status: 200,
    answer: schemas.RenewedSession,
  },
  listUsers: {
    method: 'GET',
    path: '/users',
    summary: 'Lists users.',
    permission: 'gateway:user:write',
    scope: 'gateway',
    callers: everybody,
    query: schemas.PageQuery,
    status: 200,
    answer: schemas.pageOf(schemas.User),
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
    summary: 'Lists bindings of users, groups and service accounts.',
    permission: 'gateway:binding:write',
    scope: 'gateway',
    callers: everybody,
    query: filteredPage('subject', 'the id of a user or service account, or the name of a group'),
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
    answer: schemas.Binding,
  },
  removeBinding: {
    method: 'DELETE',
    path: '/bindings/{id}',
    summary: 'Takes a role away. The last one that manages bindings stays.',
    permission: 'gateway:binding:write',
    scope: 'gateway',
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
    body: schemas.TokenRequest,
    status: 201,
    answer: schemas.NewToken,
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
    answer: schemas.Token,
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
    summary: 'Gives all that decisions about the caller on one rack are made from: what a check before the call needs.',
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
    summary: 'Decides calls without making them; as somebody else for whoever manages users.',
    permission: 'gateway:policy:read',
    scope: 'self',
    others: 'gateway:user:write',
    callers: everybody,
    body: policy.DecisionsRequest,
    status: 200,
    answer: policy.Decisions,
  },
} as const satisfies Readonly<Record<string, Endpoint>>

export type Endpoints = typeof endpoints
export type EndpointName = keyof Endpoints

/** How it is named in events and in the reference. */
export function endpointId({ method, path }: Endpoint): string {
  return `${method} ${apiPrefix}${path}`
}
