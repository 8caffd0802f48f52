import * as schemas from '../schemas/access-requests.ts'
import { LoggedEvent } from '../schemas/audit.ts'
import { EventPageQuery, pageOf } from '../schemas/common.ts'
import { type EndpointTable, usersOnly } from './endpoint.ts'

const read = { permission: 'gateway:self:read', scope: 'self', principalKinds: usersOnly } as const
const write = { permission: 'gateway:self:write', scope: 'self', principalKinds: usersOnly } as const
const others = { permissionForOthers: 'gateway:access-request:read' } as const

export const accessRequestEndpoints = {
  listRequestOptions: {
    method: 'GET',
    path: '/access-requests/options',
    summary: 'Lists the roles that the policy lets you ask for.',
    ...read,
    response: schemas.RequestOptions,
  },
  previewAccessRequest: {
    method: 'POST',
    path: '/access-requests/preview',
    summary: 'Shows which rule an access request would have, and who could review it. Creates nothing.',
    ...read,
    body: schemas.AccessRequestTerms,
    response: schemas.AccessRequestPreview,
  },
  createAccessRequest: {
    method: 'POST',
    path: '/access-requests',
    summary: 'Asks for a role, for a limited time.',
    description: 'If the rule approves automatically and has a step-up, the call needs your proof.',
    ...write,
    body: schemas.AccessRequestTerms,
    status: 201,
    response: schemas.AccessRequestDetails,
  },
  listAccessRequests: {
    method: 'GET',
    path: '/access-requests',
    summary: 'Lists access requests, newest first.',
    ...read,
    ...others,
    query: schemas.AccessRequestQuery,
    response: pageOf(schemas.AccessRequest),
    compress: true,
  },
  getAccessRequest: {
    method: 'GET',
    path: '/access-requests/{id}',
    summary: 'Shows an access request: of yours, or one that you can review or have reviewed.',
    ...read,
    ...others,
    response: schemas.AccessRequestDetails,
  },
  listGrantEvents: {
    method: 'GET',
    path: '/access-requests/{id}/events',
    summary: 'Lists the calls, changes, and recordings under the grant of an access request, oldest first.',
    description: 'Each read by another user is recorded.',
    ...read,
    ...others,
    query: EventPageQuery,
    response: pageOf(LoggedEvent),
    compress: true,
  },
  approveAccessRequest: {
    method: 'POST',
    path: '/access-requests/{id}/approve',
    summary: 'Approves an access request, in full or in part.',
    description: 'The call needs the proof that the request rule requires.',
    ...write,
    body: schemas.ApprovalRequest,
    response: schemas.AccessRequestDetails,
  },
  denyAccessRequest: {
    method: 'POST',
    path: '/access-requests/{id}/deny',
    summary: 'Denies an access request. One denial is enough.',
    ...write,
    body: schemas.RequiredNote,
    response: schemas.AccessRequestDetails,
  },
  cancelAccessRequest: {
    method: 'POST',
    path: '/access-requests/{id}/cancel',
    summary: 'Cancels your own pending access request.',
    ...write,
    isRevocation: true,
    response: schemas.AccessRequestDetails,
  },
  revokeGrant: {
    method: 'POST',
    path: '/access-requests/{id}/revoke',
    summary: 'Revokes the grant of an access request. Within a second, its open streams close.',
    description: 'For its user, its reviewers, and users with the permission gateway:access-request:revoke.',
    ...write,
    permissionForOthers: 'gateway:access-request:revoke',
    isRevocation: true,
    body: schemas.NoteRequest,
    response: schemas.AccessRequestDetails,
  },
} as const satisfies EndpointTable
