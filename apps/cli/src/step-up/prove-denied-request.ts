import type { Secret } from '@rack-gateway/config/client'
import { StepUpNeeded } from '../errors/errors.ts'
import { parseGatewayError } from '../gateway/gateway-error.ts'
import type { Context } from '../invocation/context.ts'
import type { MfaChoice } from './proofs/mfa-choice.ts'
import type { GatewayDenial, ProvingGateway } from './proofs/request-proofs.ts'
import { proveStepUp } from './prove-step-up.ts'
import { requireUser } from './require-user.ts'
import { endStepUp, getStepUp, neededStepUpId } from './step-up-api.ts'

/** @returns null if the request was denied for another reason @throws StepUpNeeded, Interrupted */
export async function proveDeniedRequest(
  context: Context,
  gateway: ProvingGateway,
  { response, choice }: { readonly response: GatewayDenial; readonly choice: MfaChoice },
): Promise<{ readonly secret: Secret; end(): Promise<void> } | null> {
  const id = neededStepUpId(response)
  if (id === null) return null
  const { reason = '', rule } = parseGatewayError(response.value) ?? {}
  // A change of second factors needs a passkey, unless the user has just logged in with the same browser.
  if (rule === 'step-up:factors' && !context.interactive) {
    await endStepUp(gateway, id)
    throw new StepUpNeeded(
      reason,
      `Log in again in the browser at ${gateway.origin}/gateway/second-factors, or run the command at a terminal and prove a passkey.`,
    )
  }
  await requireUser(context, gateway, { choice, reason })
  const stepUp = await getStepUp(gateway, id)
  if (!choice.hasCode) context.note(reason)
  const { secret } = await proveStepUp(context, gateway, { stepUp, choice })
  return { secret, end: () => endStepUp(gateway, stepUp.id) }
}
