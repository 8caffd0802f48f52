import type { StepUp } from '@rack-gateway/gateway-api'
import { Interrupted, StepUpNeeded } from '../errors/errors.ts'
import type { Context } from '../invocation/context.ts'
import type { MfaChoice } from './proofs/mfa-choice.ts'
import type { InterruptibleGateway, ProvingGateway } from './proofs/request-proofs.ts'
import { proveByCode } from './prove-by-code.ts'
import { proveInBrowser } from './prove-in-browser.ts'
import { requireUser } from './require-user.ts'
import { endStepUp, type Proof } from './step-up-api.ts'
import { usableMethods } from './usable-methods.ts'

/**
 * Ends the step-up if the proof fails.
 *
 * @returns the proof, and a signal that aborts at Ctrl-C
 * @throws StepUpNeeded if no user can be asked, or the proof fails; Interrupted at Ctrl-C
 */
export async function proveStepUp(
  context: Context,
  gateway: ProvingGateway,
  { stepUp, choice }: { readonly stepUp: StepUp; readonly choice: MfaChoice },
): Promise<Proof & { readonly interruption: AbortSignal }> {
  // Called first, so that Ctrl-C cannot end the process before the step-up is ended.
  const signal = context.interruption()
  try {
    const proof = await prove(context, { ...gateway, signal }, { stepUp, choice })
    if (signal.aborted) throw new Interrupted()
    return { ...proof, interruption: signal }
  } catch (error) {
    await endStepUp(gateway, stepUp.id)
    throw error
  }
}

async function prove(
  context: Context,
  gateway: InterruptibleGateway,
  { stepUp, choice }: { readonly stepUp: StepUp; readonly choice: MfaChoice },
): Promise<Proof> {
  await requireUser(context, gateway, { choice, reason: 'The command needs a proof of your second factor.' })
  const { id, methods } = stepUp
  const initialCode = choice.takeCode()
  const isOnlyPasskey = methods.length > 0 && methods.every((method) => method === 'passkey')
  if (initialCode !== null && isOnlyPasskey && !context.interactive)
    throw new StepUpNeeded('The command needs your passkey, so a code is not enough.', 'Run the command at a terminal.')
  if (initialCode !== null && isOnlyPasskey) context.note('The command needs your passkey, so the code was not used.')
  const usable = usableMethods(context, gateway.origin, { methods, chosen: choice.method })
  if (usable.totp || usable.backupCode) {
    const response = await proveByCode(context, gateway, { id, usable, initialCode })
    if (response !== 'in browser') return response
  }
  return proveInBrowser(context, gateway, stepUp)
}
