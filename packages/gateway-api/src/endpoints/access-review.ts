import { Type } from 'typebox'
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
