import type { Secret } from '@rack-gateway/config/client'
import { maxPlannedValue } from '@rack-gateway/gateway-api'
import type { PlannedStepUp, StepUpCall } from '../convox/precheck/planned-step-up.ts'
import type { Context } from '../invocation/context.ts'
import type { Target } from '../rack-choice/local/target.ts'
import { printable } from '../terminal/terminal.ts'
import type { MfaChoice } from './proofs/mfa-choice.ts'
import { proveStepUp } from './prove-step-up.ts'
import { requireUser } from './require-user.ts'
import { createStepUp, endStepUp } from './step-up-api.ts'

/** A proof for all calls of one convox command. */
export interface CommandProof {
  readonly secret: Secret
  /** Aborts at Ctrl-C. */
  readonly interruption: AbortSignal
  /** Waits for the gateway for at most two seconds. */
  end(): Promise<void>
}

/** @throws StepUpNeeded, Interrupted */
export async function provePlannedCommand(
  context: Context,
  target: Target,
  { planned, choice }: { readonly planned: PlannedStepUp; readonly choice: MfaChoice },
): Promise<CommandProof> {
  const { command, rack, calls, methods } = planned
  const reason = printable(`"convox ${command}" on ${rack} needs a proof of your second factor.`)
  await requireUser(context, target, { choice, reason })
  const stepUp = await createStepUp(target, {
    delivery: 'callback',
    calls: calls.map(withShortValues),
    ...(methods === 'passkey' && { passkeyOnly: true }),
  })
  if (!choice.hasCode) context.note(reason)
  const { secret, interruption } = await proveStepUp(context, target, { stepUp, choice })
  return { secret, interruption, end: () => endStepUp(target, stepUp.id) }
}

/** The request has no long values. A proof then covers every value. */
function withShortValues(call: StepUpCall): StepUpCall {
  const shortened = (values: Readonly<Record<string, string | null>>) =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, (value?.length ?? 0) <= maxPlannedValue ? value : null]),
    )
  return {
    ...call,
    params: shortened(call.params),
    query: shortened(call.query),
    form: shortened(call.form),
    headers: shortened(call.headers),
  }
}
