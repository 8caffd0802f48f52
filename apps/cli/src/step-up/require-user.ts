import { StepUpNeeded } from '../errors/errors.ts'
import type { Context } from '../invocation/context.ts'
import type { MfaChoice } from './proofs/mfa-choice.ts'
import type { ProvingGateway } from './proofs/request-proofs.ts'
import { hasSecondFactor } from './step-up-api.ts'

/**
 * Asks the gateway only if the command fails, whether the user has a factor to prove.
 *
 * @param reason a sentence
 * @throws StepUpNeeded if there is neither a code nor a user who can be asked
 */
export async function requireUser(
  { interactive }: Pick<Context, 'interactive'>,
  gateway: ProvingGateway,
  { choice: { hasCode }, reason }: { readonly choice: Pick<MfaChoice, 'hasCode'>; readonly reason: string },
): Promise<void> {
  if (interactive || hasCode) return
  if (!(await hasSecondFactor(gateway)))
    throw new StepUpNeeded(
      `${reason} You have no second factor yet.`,
      `Add one in your browser, at ${gateway.origin}/gateway/second-factors, or at a terminal with: rack-gateway mfa add totp. Then run the command again.`,
    )
  throw new StepUpNeeded(
    `${reason} Without a terminal, rack-gateway cannot ask for it.`,
    'Run the command at a terminal, or pass a code with --mfa-code or RACK_GATEWAY_MFA_CODE.',
  )
}
