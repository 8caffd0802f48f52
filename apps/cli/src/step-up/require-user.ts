import type { Context } from '../context.ts'
import { StepUpNeeded } from '../errors.ts'
import type { MfaChoice } from './mfa-choice.ts'

/** @param reason a sentence @throws StepUpNeeded if there is neither a code nor a user who can be asked */
export function requireUser(
  { interactive }: Pick<Context, 'interactive'>,
  { hasCode }: Pick<MfaChoice, 'hasCode'>,
  reason: string,
): void {
  if (!interactive && !hasCode)
    throw new StepUpNeeded(
      `${reason} Without a terminal, rack-gateway cannot ask for it.`,
      'Run the command at a terminal, or pass a code with --mfa-code or RACK_GATEWAY_MFA_CODE.',
    )
}
