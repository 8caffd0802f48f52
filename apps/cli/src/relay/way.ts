import { isExposed } from '@rack-gateway/config/client'
import type { Context } from '../context.ts'
import { type RackTarget, rackUrl } from '../target.ts'
import { printable } from '../terminal.ts'
import { lookAgain } from './look-again.ts'

/** How convox gets to the gateway. */
export interface Way {
  /** What convox is started with. */
  readonly env: NodeJS.ProcessEnv
  /** What convox's exit code becomes: `unreachable` where it failed because no connection could be trusted or made. */
  exitCode(code: number): number
  /** To be said when convox has ended, or wasn't started. */
  close(): Promise<void>
}

/**
 * To a gateway with https, through a relay in this process that verifies its certificate, since convox verifies none. The
 * person may leave that out, and is told each time what it means.
 *
 * @throws BadSetting
 */
export async function openWay(context: Context, target: RackTarget, relay: 'on' | 'off'): Promise<Way> {
  if (!target.origin.startsWith('https://')) {
    if (isExposed(target.origin))
      context.note(
        `convox sends your token to ${printable(target.origin)} in plain text: anybody on the way can read it`,
      )
    return direct(context, target)
  }
  if (relay === 'on' && target.relay !== 'off') {
    // Loaded for these alone: TLS takes longer to load than all of this program.
    const { openRelay } = await import('./relay.ts')
    return openRelay(context, target, () => lookAgain(context, target))
  }
  context.note(
    `without the relay, convox sends your token to ${printable(target.origin)} unverified: it accepts any certificate`,
  )
  return direct(context, target)
}

function direct({ env }: Context, target: RackTarget): Way {
  return {
    env: { ...env, RACK_URL: rackUrl(target) },
    exitCode: (code) => code,
    close: async () => undefined,
  }
}
