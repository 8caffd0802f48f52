import type { CommandOptions } from '../../command-line/command-module.ts'
import { mfaMethods } from '../../step-up/proofs/mfa-choice.ts'

/** For commands that can need a proof of a second factor. `withCommandProofs` uses their values. */
export const mfaOptions = {
  'mfa-code': {
    type: 'string',
    describe: 'A code that proves your second factor, if a proof is needed; RACK_GATEWAY_MFA_CODE does the same',
  },
  'mfa-method': {
    type: 'string',
    choices: mfaMethods,
    describe: 'How to prove your second factor: a passkey in the browser, or the code of an authenticator app (totp)',
  },
} as const satisfies CommandOptions
