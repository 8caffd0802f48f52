import { issuerName } from '@rack-gateway/rbac-policy'
import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { everyPage } from '../gateway/every-page.ts'
import { findUser } from '../gateway/find-resource.ts'
import { callGateway } from '../gateway/gateway-api.ts'
import { Group, LockedUser, User } from '../gateway/schemas.ts'
import { type Format, printFields, printJson, printTable } from '../output/answer.ts'
import { confirm } from '../output/confirm.ts'
import { endWords, minute } from '../output/grant-text.ts'
import { printable } from '../output/terminal.ts'
import type { Target } from '../target/target.ts'

export const Users = Type.Array(User)
export const Groups = Type.Array(Group)

interface Named {
  /** Its id, or its e-mail address, alone or with the issuer. */
  readonly user: string
  readonly format: Format
}

export async function listUsers(
  context: Context,
  target: Target,
  { group, format }: { readonly group?: string | undefined; readonly format: Format },
): Promise<void> {
  const query = group === undefined ? '' : `?group=${encodeURIComponent(group)}`
  const users = await everyPage(target, `/users${query}`, User)
  if (format === 'json') return printJson(context, Users, users)
  const rows = users.map(({ id, email, issuer, groups, createdAt, lockedAt }) => [
    id,
    email,
    issuerName(issuer),
    groups.join(', '),
    minute(createdAt),
    lockedAt === null ? '' : `locked ${minute(lockedAt)}`,
  ])
  printTable(context, ['ID', 'E-MAIL', 'ISSUER', 'GROUPS', 'SINCE (UTC)', 'STATE'], rows, 'there are no users')
}

export async function listGroups(context: Context, target: Target, { format }: { readonly format: Format }) {
  const groups = await everyPage(target, '/groups', Group)
  if (format === 'json') return printJson(context, Groups, groups)
  const rows = groups.map(({ name, members, bindings }) => [name, `${members}`, `${bindings}`])
  printTable(context, ['NAME', 'MEMBERS', 'BINDINGS'], rows, 'there are no groups')
}

export async function showUser(context: Context, target: Target, { user: named, format }: Named): Promise<void> {
  const user = await findUser(target, named, context.now)
  if (format === 'json') return printJson(context, User, user)
  printFields(context, [
    ['id', user.id],
    ['e-mail', user.email],
    ['issuer', user.issuer],
    ['since', minute(user.createdAt)],
    ['groups', user.groups.join(', ')],
    ['locked', user.lockedAt === null ? '' : `${minute(user.lockedAt)}: ${user.lockedReason ?? ''}`],
  ])
}

export async function lockUser(
  context: Context,
  target: Target,
  { user: named, reason, yes, format }: Named & { readonly reason: string; readonly yes: boolean },
): Promise<void> {
  const { id, email } = await findUser(target, named, context.now)
  await confirm(context, `lock ${email}, which ends their sessions and stops their API tokens`, { yes })
  const locked = await callGateway(target, { path: `/users/${id}/lock`, body: { reason }, answer: LockedUser })
  if (format === 'json') return printJson(context, LockedUser, locked)
  context.print(printable(`${email} is locked.`))
  const { stoppedTokens } = locked
  if (stoppedTokens.length === 0) return
  const rows = stoppedTokens.map((token) => [token.id, token.name, endWords(token.expiresAt, context.now)])
  context.print('These API tokens of theirs have stopped:')
  printTable(context, ['ID', 'NAME', 'ENDS'], rows, '')
  context.note('give one that must go on to another owner: rack-gateway tokens owner ID --service-account NAME')
}

export async function unlockUser(context: Context, target: Target, { user: named, format }: Named): Promise<void> {
  const { id, email } = await findUser(target, named, context.now)
  const user = await callGateway(target, { path: `/users/${id}/unlock`, method: 'POST', answer: User })
  if (format === 'json') return printJson(context, User, user)
  context.print(printable(`${email} is unlocked: sessions and API tokens that have not ended work again.`))
}
