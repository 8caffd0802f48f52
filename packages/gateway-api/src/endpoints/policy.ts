import * as schemas from '../schemas/policy.ts'
import { type EndpointTable, everyKind } from './endpoint.ts'

/**
 * Bytes, for a document of at most 262,144 characters: two bytes for each, as for a line break or a quote in JSON, and
 * for a letter with an accent in UTF-8. A document in ASCII needs hardly more than one. Only a document that consists of
 * characters of three bytes, or of `\u` escapes, does not fit.
 */
const documentBodyLimit = 2 * schemas.maxDocumentLength

export const policyEndpoints = {
  getPolicy: {
    method: 'GET',
    path: '/policy',
    summary: 'Shows the policy document in force, with its hash and its text.',
    permission: 'gateway:policy:read',
    scope: 'everyone',
    principalKinds: everyKind,
    response: schemas.ActivePolicy,
    conditional: true,
    compress: true,
  },
  getPolicyMatrix: {
    method: 'GET',
    path: '/policy/matrix',
    summary: 'Shows which roles have which permissions, the rules with their lines, and the loaded policy packages.',
    description:
      'The matrix is computed from the policy in force. It also lists the routes that `POST /policy/decisions` accepts.',
    permission: 'gateway:policy:read',
    scope: 'everyone',
    principalKinds: everyKind,
    response: schemas.PolicyMatrix,
    conditional: true,
    compress: true,
  },
  getEffectivePolicy: {
    method: 'GET',
    path: '/policy/effective',
    summary: 'Shows the roles, rules, and bindings that apply to the caller on one rack, but not the policy packages.',
    description: 'The CLI uses this response to check a command before the command runs.',
    permission: 'gateway:policy:read',
    scope: 'self',
    principalKinds: everyKind,
    query: schemas.RackQuery,
    response: schemas.EffectivePolicy,
    conditional: true,
    compress: true,
  },
  listGranters: {
    method: 'GET',
    path: '/policy/granters',
    summary: 'Lists the users who can grant some roles now.',
    description: 'Without a rack or an app, it lists who can grant them on all racks or apps.',
    action: 'see who can grant roles',
    permission: 'gateway:user:write',
    scope: 'gateway',
    principalKinds: everyKind,
    query: schemas.GrantersQuery,
    response: schemas.Granters,
  },
  decide: {
    method: 'POST',
    path: '/policy/decisions',
    summary: 'Decides planned calls by the policy and the policy packages, without sending the calls.',
    description:
      'The calls are of the rack API or of the management API. With gateway:user:write, it also decides calls of another user.',
    permission: 'gateway:policy:read',
    scope: 'self',
    permissionForOthers: 'gateway:user:write',
    principalKinds: everyKind,
    body: schemas.DecideRequest,
    response: schemas.Decisions,
  },
  reportStoppedCall: {
    method: 'POST',
    path: '/policy/stopped-calls',
    summary: 'Records a call that the CLI stopped before it was sent, because the policy denies it.',
    description:
      'The gateway decides the call again, by its own policy. It records only a call that the policy denies whatever the rack answers, as a denial with `sent: false`.',
    permission: 'gateway:policy:read',
    scope: 'self',
    principalKinds: everyKind,
    body: schemas.StoppedCall,
    response: schemas.StoppedCallReceipt,
  },
  checkPolicy: {
    method: 'POST',
    path: '/policy/check',
    summary: 'Checks a proposed policy document, and compares it with the one in force.',
    description:
      'Nothing of the document is stored. Each check starts a process, which is expensive. So the permission is needed on all racks and apps.',
    action: 'check a policy document',
    permission: 'gateway:policy:read',
    scope: 'gateway',
    principalKinds: everyKind,
    body: schemas.CheckRequest,
    bodyLimit: documentBodyLimit,
    response: schemas.PolicyCheck,
  },
  studyPolicy: {
    method: 'POST',
    path: '/policy/impact',
    summary: 'Evaluates recorded calls against a proposed policy document: which decisions would change, and for whom.',
    description: 'Policy packages are not evaluated. The request is recorded, because it reads the audit log.',
    permission: 'gateway:audit:read',
    additionalPermission: 'gateway:policy:read',
    scope: 'gateway',
    principalKinds: everyKind,
    body: schemas.ImpactRequest,
    bodyLimit: documentBodyLimit,
    response: schemas.Impact,
  },
  getWouldBe: {
    method: 'GET',
    path: '/policy/would-be',
    summary: 'Lists the recorded calls that observe mode allowed, and that the policy would deny if it were enforced.',
    description:
      'It includes calls that the CLI stopped. Equal calls of one principal are one row. The request is recorded, because it reads the audit log.',
    action: 'see what the policy would deny',
    permission: 'gateway:audit:read',
    additionalPermission: 'gateway:policy:read',
    scope: 'gateway',
    principalKinds: everyKind,
    query: schemas.WouldBeQuery,
    response: schemas.WouldBe,
  },
  suggestPolicy: {
    method: 'POST',
    path: '/policy/suggestion',
    summary: 'Suggests a policy document, bindings, and test cases that allow the recorded calls, and little else.',
    description:
      'Nothing is applied. The suggestion contains names and commands from the audit log, so read it before you use it. The request is recorded.',
    permission: 'gateway:audit:read',
    additionalPermission: 'gateway:policy:read',
    scope: 'gateway',
    principalKinds: everyKind,
    body: schemas.SuggestionRequest,
    response: schemas.Suggestion,
  },
} as const satisfies EndpointTable
