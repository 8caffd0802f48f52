import { isUnencryptedRemote } from '@rack-gateway/config/client'
import type { Context } from '../../invocation/context.ts'
import { type RackTarget, rackUrl } from '../../rack-choice/local/target.ts'
import { printable } from '../../terminal/terminal.ts'
import type { ConvoxConnection, RelayConnection } from './convox-connection.ts'
import { reloadTarget } from './reload-target.ts'

/**
 * For https, uses a relay in this process that verifies the certificate, because convox verifies none. If the user
 * turns the relay off, each command prints a warning. For http, uses the relay only to add a proof.
 *
 * @throws BadSetting
 */
export async function connectConvox(
  context: Context,
  target: RackTarget,
  relay: 'on' | 'off',
): Promise<ConvoxConnection> {
  const { origin } = target
  if (!origin.startsWith('https://'))
    return direct(
      context,
      target,
      isUnencryptedRemote(origin)
        ? `convox sends your token to ${printable(origin)} in plain text, so the network can read it.`
        : null,
      async (proof) => (await relayTo(context, target)).withProof(proof),
    )
  if (relay === 'on' && target.relay !== 'off') return relayTo(context, target)
  return direct(
    context,
    target,
    `Without the relay, convox sends your token to ${printable(origin)} unverified, because it accepts any certificate.`,
    null,
  )
}

/** Imports the relay only when it is used, because TLS takes longer to load than the rest of the program. */
async function relayTo(context: Context, target: RackTarget): Promise<RelayConnection> {
  const { openRelay } = await import('./relay.ts')
  return openRelay(context, target, () => reloadTarget(context, target))
}

function direct(
  context: Context,
  target: RackTarget,
  warning: string | null,
  withProof: ConvoxConnection['withProof'],
): ConvoxConnection {
  return {
    warning,
    withProof: withProof && (async (proof) => ({ ...(await withProof(proof)), warning })),
    env: { ...context.env, RACK_URL: rackUrl(target) },
    exitCode: (code) => noteFailure(context, target.origin, code),
    close: async () => undefined,
  }
}

/** The exit code of convox's own errors. Other codes come from commands that convox ran. */
const convoxFailure = 1

/** After an error of convox, notes if the gateway does not answer. @returns the exit code unchanged */
export async function noteFailure(context: Context, address: string, code: number): Promise<number> {
  if (code !== convoxFailure) return code
  const { noteUnreachableGateway } = await import('../../gateway/note-unreachable-gateway.ts')
  await noteUnreachableGateway(context, address)
  return code
}
