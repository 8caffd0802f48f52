import { Type } from 'typebox'
import { AppAccessQuery, GrantedAccess } from '../schemas/access.ts'
import { ReviewedBinding } from '../schemas/access-review.ts'
import { LongCursorPageQuery, pageOf } from '../schemas/common.ts'
import { type EndpointTable, everyKind } from './endpoint.ts'

export const accessReviewEndpoints = {
  reviewAccess: {
    method: 'GET',
    path: '/access-review',
    summary: 'Lists who has which role on which racks and apps, through which binding, and who granted it.',
    description:
      'One item for each subject and binding, sorted by the name of the subject. Leaves out bindings, API tokens, and trusts that have expired or were revoked. The read is recorded.',
    permission: 'gateway:audit:read',
    scope: 'gateway',
    principalKinds: everyKind,
    query: LongCursorPageQuery,
    response: pageOf(ReviewedBinding),
    compress: true,
  },
  getAppAccess: {
    method: 'GET',
    path: '/app-access',
    summary: 'Lists who can access an app of a rack now: users, groups, service accounts, API tokens, and CI trusts.',
    description:
      'One item for each subject and binding, as in the access review, with the permissions that the binding gives on the app. An app that does not exist has the same response as an app that was just created. The read is recorded.',
    permission: 'gateway:audit:read',
    scope: 'gateway',
    action: 'see who can access an app',
    principalKinds: everyKind,
    query: AppAccessQuery,
    response: pageOf(GrantedAccess),
    compress: true,
  },
  getUserAccess: {
    method: 'GET',
    path: '/users/{id}/access',
    summary: 'Lists what a user can do where: through which binding, group, or API token, and until when.',
    description:
      'One item for each binding of the user, of the groups of the user, and of the API tokens of the user. The read is recorded.',
    permission: 'gateway:audit:read',
    scope: 'gateway',
    action: 'see what a user can access',
    principalKinds: everyKind,
    query: LongCursorPageQuery,
    response: pageOf(GrantedAccess),
    compress: true,
  },
  exportAccessReview: {
    method: 'GET',
    path: '/access-review/export',
    summary: 'Exports the access review as CSV for spreadsheets.',
    description: 'Formulas are escaped. The read is recorded.',
    permission: 'gateway:audit:read',
    scope: 'gateway',
    principalKinds: everyKind,
    response: Type.String(),
    mediaTypes: ['text/csv'],
  },
} as const satisfies EndpointTable
