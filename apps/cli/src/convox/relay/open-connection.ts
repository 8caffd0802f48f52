import { isExposed } from '@rack-gateway/config/client'
import type { Context } from '../../context.ts'
import { printable } from '../../output/terminal.ts'
import { type RackTarget, rackUrl } from '../../target/target.ts'
import type { ConvoxConnection } from './convox-connection.ts'
import { reloadTarget } from './reload-target.ts'

/**
 * To a gateway with https, through a relay in this process that verifies its certificate, since convox verifies none. The
 * person may leave that out, and is told each time it is taken what that means.
 *
 * @throws BadSetting
 */
export async function openConnection(
  context: Context,
  target: RackTarget,
  relay: 'on' | 'off',
): Promise<ConvoxConnection> {
  const { origin } = target
  if (!origin.startsWith('https://'))
    return direct(
      context,
      target,
      isExposed(origin)
        ? `convox sends your token to ${printable(origin)} in plain text, so the network can read it.`
        : null,
    )
  if (relay === 'on' && target.relay !== 'off') {
    // Loaded for these alone: TLS takes longer to load than all of this program.
    const { openRelay } = await import('./relay.ts')
    return openRelay(context, target, () => reloadTarget(context, target))
  }
  return direct(
    context,
    target,
    `Without the relay, convox sends your token to ${printable(origin)} unverified, because it accepts any certificate.`,
  )
}

function direct(context: Context, target: RackTarget, warning: string | null): ConvoxConnection {
  return {
    warning,
    env: { ...context.env, RACK_URL: rackUrl(target) },
    exitCode: (code) => noteFailure(context, target.origin, code),
    close: async () => undefined,
  }
}

/** What convox exits with where it could not do what was asked; other codes are those of commands that it ran. */
const convoxFailure = 1

/** Looks for the gateway only after a failure. @returns the exit code as it is */
export async function noteFailure(context: Context, address: string, code: number): Promise<number> {
  if (code !== convoxFailure) return code
  const { noteSilentGateway } = await import('../../gateway/note-silent-gateway.ts')
  await noteSilentGateway(context, address)
  return code
}
