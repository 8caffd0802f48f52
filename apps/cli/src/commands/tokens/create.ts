import type { Context } from '../../context.ts'
import { Usage } from '../../errors.ts'
import { findServiceAccount } from '../../gateway/find-resource.ts'
import { callGateway } from '../../gateway/gateway-api.ts'
import { NewToken } from '../../gateway/schemas.ts'
import { type Format, printJson } from '../../output/answer.ts'
import { grantWords } from '../../output/grant-text.ts'
import { maskInLog } from '../../output/mask-in-log.ts'
import { printable } from '../../output/terminal.ts'
import { tellWarnings } from '../../output/warnings.ts'
import type { Target } from '../../target/target.ts'
import { type GrantFlags, grantMembers } from '../options/grant.ts'

export interface CreateToken extends GrantFlags {
  readonly name: string
  readonly role?: string | undefined
  readonly permission: readonly string[]
  /** The only rack that it may be used for. */
  readonly onlyRack?: string | undefined
  readonly source: readonly string[]
  readonly serviceAccount?: string | undefined
  readonly format: Format
}

export async function createToken(context: Context, target: Target, wanted: CreateToken): Promise<void> {
  const { name, role, permission, onlyRack, source, serviceAccount, format } = wanted
  if ((role === undefined) === (permission.length === 0))
    throw new Usage(
      'an API token has either a role or permissions:',
      'say what the token may do: --role ROLE, or --permission for each one that it needs',
    )
  const body = {
    name,
    ...(role === undefined ? { permissions: permission } : { role }),
    rack: onlyRack,
    ...(source.length > 0 && { sources: source }),
    ...grantMembers(wanted, context.now),
    ...(serviceAccount !== undefined && {
      serviceAccount: (await findServiceAccount(target, serviceAccount, context.now)).id,
    }),
  }
  tellToken(context, await callGateway(target, { path: '/tokens', body, answer: NewToken }), format)
}

/** The token alone is what the command gives; all else is talk. */
export function tellToken(context: Context, created: NewToken, format: Format): void {
  const { name, owner, grants, expiresAt, token } = created
  maskInLog(context, token)
  tellWarnings(context, created)
  if (format === 'json') {
    printJson(context, NewToken, created)
    return
  }
  const may = grants.map(grantWords).join('; ')
  context.note(printable(`${name} of ${owner.name}: ${may}; it ends on ${expiresAt} and is shown only now:`))
  context.print(token)
}
