import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { PrintedProof } from '../../output/output-schemas.ts'
import { printJson } from '../../output/response.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { createMfaChoice } from '../../step-up/proofs/mfa-choice.ts'
import { proveStepUp } from '../../step-up/prove-step-up.ts'
import { requireUser } from '../../step-up/require-user.ts'
import { createStepUp, endStepUp } from '../../step-up/step-up-api.ts'
import { mfaOptions } from '../options/mfa-options.ts'
import { gatewayOptions } from '../options/shared-options.ts'
import { kindText } from './kind-text.ts'

export const command = 'test'
export const describe = 'Prove your second factor, to see that it works. Nothing else happens.'
export const examples = ['rack-gateway mfa test', 'rack-gateway mfa test --mfa-method passkey']
export const builder = { ...mfaOptions, ...gatewayOptions } as const satisfies CommandOptions

export async function handler({ context, rack, json, mfaMethod }: Arguments<typeof builder>): Promise<void> {
  const choice = context.proofs?.choice ?? createMfaChoice({ method: mfaMethod, environmentCode: context.mfaCode })
  const target = await targetOf(context, rack)
  await requireUser(context, target, { choice, reason: 'This test needs a proof of your second factor.' })
  const stepUp = await createStepUp(target, { delivery: 'callback' })
  const { method, provedAt } = await proveStepUp(context, target, { stepUp, choice })
  await endStepUp(target, stepUp.id)
  if (json) return printJson(context, PrintedProof, { method, provedAt })
  context.print(`It works: you proved your second factor with ${method === 'totp' ? 'an' : 'a'} ${kindText(method)}.`)
}
