import type { Static } from 'typebox'
import type { Context } from '../../invocation/context.ts'
import { grantText } from '../../output/grant-text.ts'
import { maskInLog } from '../../output/mask-in-log.ts'
import { PrintedNewToken } from '../../output/output-schemas.ts'
import { printJson } from '../../output/response.ts'
import { printWarnings } from '../../output/warnings.ts'
import { printable } from '../../terminal/terminal.ts'

/** Without `json`, prints only the token on standard output, and its description on standard error. */
export function printNewToken(
  context: Context,
  created: Static<typeof PrintedNewToken>,
  json: boolean | undefined,
): void {
  const { name, owner, grants, expiresAt, token } = created
  maskInLog(context, token)
  printWarnings(context, created)
  if (json) {
    printJson(context, PrintedNewToken, created)
    return
  }
  const grantTexts = grants.map(grantText).join('; ')
  context.note(
    printable(
      `${name} of ${owner.name}: ${grantTexts}. It expires on ${expiresAt}. This is the only time that it is shown:`,
    ),
  )
  context.print(token)
}
