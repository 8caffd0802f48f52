import type { StepUp } from '@rack-gateway/gateway-api'
import { chooseFlow } from '../browser-login/flow.ts'
import { StepUpNeeded } from '../errors/errors.ts'
import type { Context } from '../invocation/context.ts'
import type { MfaMethod } from './proofs/mfa-choice.ts'

export interface UsableMethods {
  readonly passkey: boolean
  readonly totp: boolean
  readonly backupCode: boolean
}

/**
 * @param chosen the method of `--mfa-method`, or null
 * @throws StepUpNeeded if no method is usable
 */
export function usableMethods(
  context: Context,
  origin: string,
  { methods, chosen }: { readonly methods: StepUp['methods']; readonly chosen: MfaMethod | null },
): UsableMethods {
  const page = `${origin}/gateway/second-factors`
  if (methods.length === 0)
    throw new StepUpNeeded(
      'The command needs a proof of a second factor, and you have none that the policy accepts.',
      `Add one in your browser, at ${page}, and run the command again.`,
    )
  const offered = { passkey: methods.includes('passkey'), totp: methods.includes('totp') }
  if (chosen !== null && !offered[chosen])
    throw new StepUpNeeded(
      chosen === 'passkey'
        ? 'You have no passkey.'
        : 'You have no authenticator app, or the policy accepts only a passkey for this step-up.',
      `Leave --mfa-method out, or add one in your browser, at ${page}.`,
    )
  if (chosen === 'passkey') return { passkey: true, totp: false, backupCode: false }
  const flow = chooseFlow(context, undefined)
  const usable = {
    passkey: offered.passkey && chosen === null && flow.kind === 'loopback',
    totp: offered.totp,
    backupCode: methods.includes('backup-code'),
  }
  if (usable.passkey || usable.totp || usable.backupCode) return usable
  const because = flow.kind === 'device' && flow.because !== null ? ` (${flow.because})` : ''
  throw new StepUpNeeded(
    `Your passkey needs a browser on this machine, and none can be opened here${because}.`,
    'Run the command on the machine with your browser, or pass --mfa-method passkey to get the address.',
  )
}
