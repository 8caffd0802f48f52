import * as schemas from '../schemas/step-ups.ts'
import { type EndpointTable, usersOnly } from './endpoint.ts'

const commonFields = {
  permission: 'gateway:self:write',
  scope: 'self',
  principalKinds: usersOnly,
  stepUp: 'never',
} as const

export const stepUpEndpoints = {
  createStepUp: {
    method: 'POST',
    path: '/step-ups',
    summary: 'Asks for a proof of your second factor before a call needs the proof.',
    description:
      'If a call was denied because it needs a proof, the gateway has already created a step-up. The error of the call names the step-up.',
    ...commonFields,
    body: schemas.StepUpRequest,
    status: 201,
    response: schemas.StepUp,
  },
  getStepUp: {
    method: 'GET',
    path: '/step-ups/{id}',
    summary: 'Shows a step-up: which calls its proof would be for, and how you can prove a second factor.',
    permission: 'gateway:self:read',
    scope: 'self',
    principalKinds: usersOnly,
    stepUp: 'never',
    response: schemas.StepUp,
  },
  beginPasskeyProof: {
    method: 'POST',
    path: '/step-ups/{id}/passkey-options',
    summary: 'Returns a WebAuthn challenge for this step-up and this session.',
    ...commonFields,
    status: 201,
    response: schemas.PasskeyOptions,
  },
  proveStepUp: {
    method: 'POST',
    path: '/step-ups/{id}/proof',
    summary: 'Proves a second factor for a step-up, once.',
    description:
      'If the session that asked for the proof makes this call, it gets the proof. If another session of the user makes the call, such as that of a browser, it gets a result. With the result, the session that asked gets the proof.',
    ...commonFields,
    body: schemas.ProofRequest,
    status: 201,
    response: schemas.Proof,
  },
  redeemStepUp: {
    method: 'POST',
    path: '/step-ups/{id}/redemption',
    summary:
      'Returns the proof, which calls send in the header `Step-Up`. Needs the result of the proof, which another session got, such as that of a browser. Works once, in the session that asked for the proof.',
    ...commonFields,
    body: schemas.RedeemRequest,
    status: 201,
    response: schemas.RedeemedProof,
  },
  endStepUp: {
    method: 'DELETE',
    path: '/step-ups/{id}',
    summary: 'Ends a step-up of this session, and its proof.',
    ...commonFields,
    isRevocation: true,
    response: schemas.EndedProof,
  },
} as const satisfies EndpointTable
