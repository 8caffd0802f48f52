import { chooseFlow } from '../../browser-login/flow.ts'
import { callGateway } from '../../gateway/gateway-api.ts'
import { safeJson } from '../../output/safe-json.ts'
import { targetOf } from '../../target/gateway-target.ts'
import type { Arguments, CommandOptions } from '../command-module.ts'
import { gatewayOptions } from '../options/shared-options.ts'

export const command = 'add'
export const describe = 'Add a second factor in your browser.'
export const details =
  'Only a browser can create a passkey. If you have no second factor yet, you also need a login in the same browser within the last five minutes. So this command opens the page of the gateway, and adds nothing in the terminal.'
export const examples = ['rack-gateway mfa add']
export const builder = gatewayOptions satisfies CommandOptions

export async function handler({ context, rack, json }: Arguments<typeof builder>): Promise<void> {
  const target = await targetOf(context, rack)
  const { passkeys, passkeysReason } = await callGateway(target, 'secondFactorSettings', {})
  const address = `${target.origin}/gateway/second-factors`
  const opensBrowser = chooseFlow(context, undefined).kind === 'loopback'
  if (!passkeys)
    context.note(`${passkeysReason ?? 'This gateway does not support passkeys.'} Add an authenticator app.`)
  if (json) context.print(safeJson({ address, opened: opensBrowser }, 2))
  else if (opensBrowser)
    context.print(`Add your second factor in the browser that opens. If it does not open: ${address}`)
  else context.print(`Add your second factor in a browser, on any device: ${address}`)
  if (opensBrowser) await context.openBrowser(address).catch(() => context.note('No browser could be opened.'))
}
