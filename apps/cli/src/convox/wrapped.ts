import type { CommandLine } from '../command-line/command-line.ts'
import { Interrupted, StepUpNeeded } from '../errors/errors.ts'
import type { Context } from '../invocation/context.ts'
import { findRack } from '../rack-choice/find-rack.ts'
import type { Target } from '../rack-choice/local/target.ts'
import { startBackgroundRenewal } from '../session/background-renewal.ts'
import { createMfaChoice } from '../step-up/proofs/mfa-choice.ts'
import type { CommandProof } from '../step-up/prove-planned-command.ts'
import { printable } from '../terminal/terminal.ts'
import { runConvox } from './convox.ts'
import type { PlannedStepUp } from './precheck/planned-step-up.ts'
import type { PrecheckResult } from './precheck/precheck.ts'
import { connectConvox, noteFailure } from './relay/connect-convox.ts'
import type { ConvoxConnection } from './relay/convox-connection.ts'

/** Runs a convox command on the chosen rack, unless the policy denies it. */
export async function runWrapped(context: Context, line: CommandLine): Promise<number> {
  const { words, rack } = line
  const { env } = context
  const rackUrl = env.RACK_URL?.trim()
  if (rackUrl) return noteFailure(context, rackUrl, await runConvox(words, context))
  const renewal = startBackgroundRenewal(context, await findRack(context, rack))
  const target = await renewal.target()
  noteExpiry(context, target)
  let connection = await connectConvox(context, target, line.relay)
  let proof: CommandProof | null = null
  try {
    const result = line.precheck === 'off' ? null : await checkPolicy(context, target, words)
    if (result !== null && result.stepUp !== null) {
      proof = await prove(context, target, { planned: result.stepUp, connection, line })
      if (proof !== null && connection.withProof !== null) connection = await connection.withProof(proof.secret)
      if (proof?.interruption.aborted) throw new Interrupted()
    }
    if (connection.warning !== null) context.note(connection.warning)
    const running = runConvox(words, { ...context, env: connection.env })
    renewal.begin()
    const refreshed = result?.refresh(running.then(ignore, ignore))
    try {
      return await connection.exitCode(await running)
    } finally {
      await refreshed
    }
  } finally {
    await Promise.all([connection.close(), proof?.end()])
    await renewal.ended()
  }
}

function noteExpiry(context: Context, target: Target): void {
  if (target.expiry.state === 'expires soon') {
    const name = printable(target.name ?? '')
    context.note(
      `Your token for ${name} ${target.expiry.words}, at ${target.expiry.at}. Log in again with: rack-gateway login ${name}`,
    )
  }
}

/** Imports the policy check only when it is needed, because the check is most of the program's code. */
async function checkPolicy(context: Context, target: Target, words: readonly string[]): Promise<PrecheckResult> {
  const { precheck } = await import('./precheck/precheck.ts')
  return precheck(context, target, words)
}

interface ProofOptions {
  readonly planned: PlannedStepUp
  readonly connection: ConvoxConnection
  readonly line: CommandLine
}

/**
 * @returns null if the command may succeed without a proof, and the user cannot be asked: then the gateway decides
 * @throws StepUpNeeded, Interrupted
 */
async function prove(
  context: Context,
  target: Target,
  { planned, connection, line }: ProofOptions,
): Promise<CommandProof | null> {
  const { mfaMethod: method, mfaCode: code } = line
  const choice = createMfaChoice({ method, code, environmentCode: context.mfaCode })
  const canAsk = connection.withProof !== null && (context.interactive || choice.hasCode)
  if (!planned.isCertain && !canAsk) return null
  if (connection.withProof === null)
    throw new StepUpNeeded(
      printable(`"convox ${planned.command}" needs a proof of your second factor, which only the relay can send.`),
      'Leave --no-relay out, and remove "relay" from the configuration file.',
    )
  // Imported only when it is used, because few commands need a proof.
  const { provePlannedCommand } = await import('../step-up/prove-planned-command.ts')
  return provePlannedCommand(context, target, { planned, choice })
}

function ignore(): void {}
