import type { Static } from 'typebox'
import type { Context } from '../../context.ts'
import { printJson } from '../../output/answer.ts'
import { grantWords } from '../../output/grant-text.ts'
import { maskInLog } from '../../output/mask-in-log.ts'
import { PrintedNewToken } from '../../output/output-schemas.ts'
import { printable } from '../../output/terminal.ts'
import { tellWarnings } from '../../output/warnings.ts'

/** Prints the token alone to standard output, and what it is to standard error. */
export function printNewToken(
  context: Context,
  created: Static<typeof PrintedNewToken>,
  json: boolean | undefined,
): void {
  const { name, owner, grants, expiresAt, token } = created
  maskInLog(context, token)
  tellWarnings(context, created)
  if (json) {
    printJson(context, PrintedNewToken, created)
    return
  }
  const may = grants.map(grantWords).join('; ')
  context.note(printable(`${name} of ${owner.name}: ${may}; it ends on ${expiresAt} and is shown only now:`))
  context.print(token)
}
