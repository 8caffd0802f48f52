import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { callGateway } from '../../gateway/gateway-api.ts'
import { confirm } from '../../output/confirm.ts'
import { counted } from '../../output/counted.ts'
import { PrintedBackupCodes } from '../../output/output-schemas.ts'
import { printJson } from '../../output/response.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { mfaOptions } from '../options/mfa-options.ts'
import { gatewayOptions, yesOption } from '../options/shared-options.ts'
import { printBackupCodes } from './print-backup-codes.ts'

export const command = 'backup-codes'
export const describe = 'Create new backup codes and print them once. The previous ones stop working.'
export const details =
  'Each code proves your second factor once. You prove a passkey first. Without a passkey, create the codes in your browser, on the page of your second factors. There, an authenticator code or a backup code is enough after a new login.'
export const examples = ['rack-gateway mfa backup-codes']
export const builder = { yes: yesOption, ...mfaOptions, ...gatewayOptions } as const satisfies CommandOptions

export async function handler({ context, rack, json, yes }: Arguments<typeof builder>): Promise<void> {
  const target = await targetOf(context, rack)
  const { remaining } = await callGateway(target, 'backupCodeStatus', {})
  if (remaining > 0)
    await confirm(
      context,
      `create new backup codes, and invalidate the ${counted(remaining, 'code')} that you have left`,
      {
        yes,
      },
    )
  const created = await callGateway(target, 'createBackupCodes', {})
  if (json) return printJson(context, PrintedBackupCodes, created)
  printBackupCodes(context, created.codes)
}
