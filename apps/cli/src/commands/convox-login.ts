import { thisDevice } from '../browser-login/this-device.ts'
import type { Arguments, CommandOptions } from '../command-line/command-module.ts'
import { consoleSettingsDirectory, consoleTokenOf, writeConsoleLogin } from '../convox/login/console-settings.ts'
import { hostOf, revokeSessionOf } from '../convox/login/convox-session.ts'
import { callGateway } from '../gateway/gateway-api.ts'
import { endSession } from '../gateway/gateway-client.ts'
import type { Context } from '../invocation/context.ts'
import { printOutcome } from '../output/print-outcome.ts'
import { findRenewedTarget } from '../rack-choice/renewed-target.ts'
import { printable } from '../terminal/terminal.ts'
import { gatewayOptions } from './options/shared-options.ts'

export const command = 'convox-login'
export const describe = 'Log in the stock convox, for every rack of a gateway.'
export const details =
  'convox gets a session of its own, which ends within 24 hours and cannot be renewed. It stores the token in plain text, and does not verify certificates. rack-gateway logout ends the session.'
export const examples = [
  'rack-gateway convox-login',
  'rack-gateway convox-login --rack staging     # and make it the current rack of convox',
]
export const builder = gatewayOptions satisfies CommandOptions

/** What `convox-login --json` prints. */
interface ConvoxLogin {
  /** The host of the gateway, as `convox login` takes it. */
  readonly host: string
  /** The current rack of convox; null if none was chosen. */
  readonly rack: string | null
  /** RFC 3339. */
  readonly expiresAt: string
  /** The directory of convox's settings. */
  readonly settings: string
}

export async function handler({ context, rack, json }: Arguments<typeof builder>): Promise<void> {
  await printOutcome(context, { json }, (context) => logIn(context, rack ?? null))
}

async function logIn(context: Context, rack: string | null): Promise<ConvoxLogin> {
  const target = await findRenewedTarget(context, rack)
  const host = hostOf(target.origin)
  const previousToken = consoleTokenOf(context, host)
  const session = await callGateway(target, 'createConvoxSession', { body: { device: thisDevice().device } })
  const current = target.rack === null ? null : `${session.organization}/${target.rack}`
  try {
    writeConsoleLogin(context, { host, token: session.token, rack: current })
  } catch (error) {
    await endSession(target, session.id)
    throw error
  }
  if (previousToken?.startsWith('rgs_')) await revokeSessionOf(previousToken, target)
  printLogin(context, target.origin, { host, rack: current, expiresAt: session.expiresAt })
  if (previousToken === null)
    context.note('convox stores its token in plain text, and does not verify the certificate of the gateway.')
  return { host, rack: current, expiresAt: session.expiresAt, settings: consoleSettingsDirectory(context) }
}

function printLogin(context: Context, origin: string, { host, rack, expiresAt }: Omit<ConvoxLogin, 'settings'>): void {
  context.print(`convox is logged in to ${host} until ${printable(expiresAt)}.`)
  context.print(rack === null ? 'Choose a rack with: convox switch NAME' : `Its current rack is ${printable(rack)}.`)
  if (origin.startsWith('http:')) context.print('The gateway has no TLS. Set X_DEV_ALLOW_HTTP=true for convox.')
  if (context.env.RACK_URL?.trim()) context.note('RACK_URL is set, and takes precedence. Unset it first.')
}
