import { chooseFlow } from '../../browser-login/flow.ts'
import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { Usage } from '../../errors/errors.ts'
import { callGateway } from '../../gateway/gateway-api.ts'
import { safeJson } from '../../output/safe-json.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { mfaOptions } from '../options/mfa-options.ts'
import { gatewayOptions } from '../options/shared-options.ts'

export const command = 'add [kind]'
export const describe = 'Add a second factor: an authenticator app here, or any second factor in your browser.'
export const details =
  'Only a browser can create a passkey. If you have no second factor yet, you also need a login in the same browser within the last five minutes. So without totp, this command opens the page of the gateway, and adds nothing in the terminal. With totp, it shows a QR code and a key for your authenticator app, and asks for a code of the app. If you have no passkey to prove, it opens your browser for a login first.'
export const examples = [
  'rack-gateway mfa add',
  'rack-gateway mfa add totp',
  "rack-gateway mfa add totp --name 'Work phone'",
]
export const builder = {
  kind: { type: 'string', choices: ['totp'], describe: 'totp: add an authenticator app in this terminal' },
  name: { type: 'string', describe: 'The name of the authenticator app, by default "Authenticator app"' },
  browser: { type: 'boolean', describe: 'Log in with a browser on this machine, even if there seems to be none' },
  ...mfaOptions,
  ...gatewayOptions,
} as const satisfies CommandOptions

export async function handler({ context, rack, json, kind, name, browser }: Arguments<typeof builder>): Promise<void> {
  if (kind === undefined && (name !== undefined || browser))
    throw new Usage(`--${browser ? 'browser' : 'name'} is for mfa add totp.`, 'Type totp, or leave the option out.')
  const target = await targetOf(context, rack)
  if (kind === 'totp') {
    // Imported only here, because the encoder of QR codes is not small.
    const { addTotp } = await import('./add-totp.ts')
    return addTotp(context, target, {
      name: name ?? 'Authenticator app',
      browser,
      json,
      begin: (target) => callGateway(target, 'beginEnrollment', { body: { kind: 'totp' } }),
    })
  }
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
