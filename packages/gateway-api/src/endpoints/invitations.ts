import { PageQuery, pageOf, withWarnings } from '../schemas/common.ts'
import { Invitation, InvitationRequest } from '../schemas/invitations.ts'
import { type EndpointTable, everyKind, usersOnly } from './endpoint.ts'

export const invitationEndpoints = {
  listInvitations: {
    method: 'GET',
    path: '/invitations',
    summary: 'Lists invitations, including those that have ended.',
    permission: 'gateway:user:write',
    scope: 'gateway',
    principalKinds: everyKind,
    query: PageQuery,
    response: pageOf(Invitation),
    compress: true,
  },
  createInvitation: {
    method: 'POST',
    path: '/invitations',
    summary: 'Invites an email address: the person gets the roles at the first login.',
    description:
      'You can grant only roles that you hold, at the same scope and for no longer. You must still hold them when the person logs in. The invitation does not change who can log in, and never changes an existing user.',
    permission: 'gateway:user:write',
    additionalPermission: 'gateway:binding:write',
    scope: 'gateway',
    principalKinds: usersOnly,
    body: InvitationRequest,
    stepUp: 'management',
    status: 201,
    response: withWarnings(Invitation),
  },
  getInvitation: {
    method: 'GET',
    path: '/invitations/{id}',
    summary: 'Shows an invitation.',
    permission: 'gateway:user:write',
    scope: 'gateway',
    principalKinds: everyKind,
    response: Invitation,
  },
  revokeInvitation: {
    method: 'DELETE',
    path: '/invitations/{id}',
    summary: 'Revokes an invitation.',
    permission: 'gateway:user:write',
    scope: 'gateway',
    isRevocation: true,
    principalKinds: everyKind,
    response: Invitation,
  },
} as const satisfies EndpointTable
