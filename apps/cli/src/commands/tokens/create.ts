import { type Format, printJson } from '../../admin/answer.ts'
import { endingTime } from '../../admin/ending-time.ts'
import { findServiceAccount } from '../../admin/find.ts'
import { NewToken } from '../../admin/schemas.ts'
import { grantWords } from '../../admin/shown.ts'
import type { Context } from '../../context.ts'
import { Usage } from '../../errors.ts'
import { callGateway } from '../../gateway-api.ts'
import type { Target } from '../../target.ts'
import { printable } from '../../terminal.ts'

export interface CreateToken {
  readonly name: string
  readonly role?: string | undefined
  readonly permission: readonly string[]
  readonly racks?: string | undefined
  readonly apps?: string | undefined
  /** The only rack that it may be used for. */
  readonly onlyRack?: string | undefined
  readonly source: readonly string[]
  readonly serviceAccount?: string | undefined
  readonly expires?: string | undefined
  readonly reason?: string | undefined
  readonly format: Format
}

export async function createToken(context: Context, target: Target, wanted: CreateToken): Promise<void> {
  const { role, permission, source, serviceAccount, expires, name, racks, apps, onlyRack, reason, format } = wanted
  if ((role === undefined) === (permission.length === 0))
    throw new Usage('say what the token may do: --role ROLE, or --permission for each one that it needs')
  const body = {
    name,
    ...(role === undefined ? { permissions: permission } : { role }),
    racks,
    apps,
    rack: onlyRack,
    ...(source.length > 0 && { sources: source }),
    ...(expires !== undefined && { expiresAt: endingTime('--expires', expires, context.now) }),
    ...(serviceAccount !== undefined && {
      serviceAccount: (await findServiceAccount(target, serviceAccount, context.now)).id,
    }),
    reason,
  }
  tellToken(context, await callGateway(target, { path: '/tokens', body, answer: NewToken }), format)
}

/** The token alone is what the command gives; all else is talk. */
export function tellToken(context: Context, created: NewToken, format: Format): void {
  const { name, owner, grants, expiresAt, token } = created
  if (format === 'json') {
    printJson(context, NewToken, created)
    return
  }
  const may = grants.map(grantWords).join('; ')
  context.note(printable(`${name} of ${owner.name}: ${may}; it ends on ${expiresAt} and is shown only now:`))
  context.print(token)
}
