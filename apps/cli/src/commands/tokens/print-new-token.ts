import type { Static } from 'typebox'
import type { Context } from '../../invocation/context.ts'
import { bindingText } from '../../output/binding-text.ts'
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
  const { name, owner, bindings, expiresAt, token } = created
  maskInLog(context, token)
  printWarnings(context, created)
  if (json) {
    printJson(context, PrintedNewToken, created)
    return
  }
  const bindingTexts = bindings.map(bindingText).join('; ')
  context.note(
    printable(
      `${name} of ${owner.name}: ${bindingTexts}. It expires on ${expiresAt}. This is the only time that it is shown:`,
    ),
  )
  context.print(token)
}
