import { type Static, Type } from 'typebox'

/** The body of every response that is not a success. */
export const ErrorResponse = Type.Object({
  error: Type.String({ description: 'what happened, why, and what to do' }),
  code: Type.String({ description: 'RGW_…' }),
  rule: Type.String({ description: 'the rule that denied the request' }),
  source: Type.String({ description: 'where the rule is defined' }),
  permission: Type.Optional(
    Type.String({ description: 'only for a denial by the policy: the permission that the request needs' }),
  ),
  reason: Type.String({ description: 'why; also part of `error`' }),
  next: Type.String({ description: 'what to do; also part of `error`' }),
  policy: Type.String({ description: 'SHA-256 of the policy document in force' }),
  requestId: Type.String({ description: 'the ID of the request, also in the audit log' }),
  stepUp: Type.Optional(
    Type.Object(
      { id: Type.String(), page: Type.String() },
      { description: 'only with RGW_STEP_UP_NEEDED: the step-up that would allow the request, and its page' },
    ),
  ),
})
export type ErrorResponse = Static<typeof ErrorResponse>
