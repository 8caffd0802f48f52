import type { StepUp } from '@rack-gateway/gateway-api'
import type { Context } from '../context.ts'
import { StepUpNeeded } from '../errors.ts'
import type { MfaChoice } from './mfa-choice.ts'
import { proveByCode } from './prove-by-code.ts'
import { proveInBrowser } from './prove-in-browser.ts'
import type { ProvingGateway } from './request-proofs.ts'
import { requireUser } from './require-user.ts'
import { endStepUp, type Proof } from './step-up-api.ts'
import { usableMethods } from './usable-methods.ts'

/**
 * Proves a step-up: with the code that was given in advance, with a code that the user types, or with a passkey in the
 * browser. Ends the step-up if this fails.
 *
 * @throws StepUpNeeded if nobody can be asked, or the proof fails; Interrupted at Ctrl-C
 */
export async function proveStepUp(
  context: Context,
  gateway: ProvingGateway,
  { stepUp, choice }: { readonly stepUp: StepUp; readonly choice: MfaChoice },
): Promise<Proof> {
  try {
    return await prove(context, gateway, { stepUp, choice })
  } catch (error) {
    await endStepUp(gateway, stepUp.id)
    throw error
  }
}

async function prove(
  context: Context,
  gateway: ProvingGateway,
  { stepUp, choice }: { readonly stepUp: StepUp; readonly choice: MfaChoice },
): Promise<Proof> {
  requireUser(context, choice, 'This needs a proof of your second factor.')
  const usable = usableMethods(context, gateway.origin, { methods: stepUp.methods, chosen: choice.method })
  const acceptsCodes = usable.totp || usable.backupCode
  const given = choice.takeCode()
  if (given !== null && !acceptsCodes && !context.interactive)
    throw new StepUpNeeded('This needs a passkey, so a code does not prove it.', 'Run the command at a terminal.')
  if (given !== null && !acceptsCodes) context.note('This needs a passkey, so the given code was not used.')
  if (acceptsCodes) {
    const answer = await proveByCode(context, gateway, { id: stepUp.id, usable, given })
    if (answer !== 'in browser') return answer
  }
  return proveInBrowser(context, gateway, stepUp)
}
