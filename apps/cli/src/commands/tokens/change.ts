import type { Context } from '../../context.ts'
import { Usage } from '../../errors.ts'
import { findServiceAccount, findToken, findUser } from '../../gateway/find-resource.ts'
import { callGateway } from '../../gateway/gateway-api.ts'
import { HandedOverToken, NewToken, Token } from '../../gateway/schemas.ts'
import { type Format, printFields, printJson } from '../../output/answer.ts'
import { confirm } from '../../output/confirm.ts'
import { endWords, grantWords, minute } from '../../output/grant-text.ts'
import { printable } from '../../output/terminal.ts'
import type { Target } from '../../target/target.ts'
import { endMember } from '../options/ending-time.ts'
import { tellToken } from './create.ts'

interface Named {
  /** Its id, or its name. */
  readonly token: string
  readonly format: Format
}

export async function showToken(context: Context, target: Target, { token: named, format }: Named): Promise<void> {
  const token = await findToken(target, named, context.now)
  if (format === 'json') return printJson(context, Token, token)
  const { owner, expiresAt, lastUsedAt, lastUsedFrom } = token
  printFields(context, [
    ['id', token.id],
    ['name', token.name],
    ['begins with', token.prefix ?? ''],
    ['owner', `${owner.name} (${owner.kind})`],
    ...token.grants.map(
      (grant) => ['may', `${grantWords(grant)} ${endWords(grant.expiresAt, context.now)}`.trim()] as const,
    ),
    ['only rack', token.rack ?? ''],
    ['only from', token.sources.join(', ')],
    ['created', minute(token.createdAt)],
    [
      'ends',
      token.revokedAt === null
        ? `${endWords(expiresAt, context.now)}, at ${expiresAt}`
        : `revoked at ${token.revokedAt}`,
    ],
    [
      'last used',
      lastUsedAt === null ? 'not yet' : `${minute(lastUsedAt)} from ${lastUsedFrom ?? 'nobody knows where'}`,
    ],
  ])
}

interface Rotate extends Named {
  /** Hours. */
  readonly overlap: string
  readonly expires?: string | undefined
  readonly yes: boolean
}

export async function rotateToken(context: Context, target: Target, options: Rotate): Promise<void> {
  const { token: named, overlap, expires, yes, format } = options
  if (!/^\d{1,3}$/.test(overlap))
    throw new Usage('--overlap is not a number of hours:', 'give one such as 24, or 0 for none')
  const { id, name } = await findToken(target, named, context.now)
  if (Number(overlap) === 0) await confirm(context, `end the secret of ${name} that is in use, at once`, { yes })
  const body = { overlapHours: Number(overlap), ...endMember(expires, context.now) }
  tellToken(context, await callGateway(target, { path: `/tokens/${id}/rotate`, body, answer: NewToken }), format)
  if (Number(overlap) > 0) context.note(`the old one goes on for ${overlap} hours`)
}

export async function revokeToken(
  context: Context,
  target: Target,
  { token: named, yes, format }: Named & { readonly yes: boolean },
): Promise<void> {
  const { id, name, owner } = await findToken(target, named, context.now)
  await confirm(context, `revoke the API token ${name} of ${owner.name}`, { yes })
  const revoked = await callGateway(target, { path: `/tokens/${id}`, method: 'DELETE', answer: Token })
  if (format === 'json') return printJson(context, Token, revoked)
  context.print(printable(`The API token ${name} of ${owner.name} is revoked, and what it had open has ended.`))
}

interface HandOver extends Named {
  readonly user?: string | undefined
  readonly serviceAccount?: string | undefined
}

export async function handOverToken(context: Context, target: Target, options: HandOver): Promise<void> {
  const { token: named, user, serviceAccount, format } = options
  if ((user === undefined) === (serviceAccount === undefined))
    throw new Usage('an API token has one owner:', 'say who gets it: --user EMAIL, or --service-account NAME')
  const { id, name } = await findToken(target, named, context.now)
  const owner =
    user === undefined
      ? { kind: 'service-account', id: (await findServiceAccount(target, serviceAccount ?? '', context.now)).id }
      : { kind: 'user', id: (await findUser(target, user, context.now)).id }
  const given = await callGateway(target, { path: `/tokens/${id}/owner`, body: { owner }, answer: HandedOverToken })
  if (format === 'json') return printJson(context, HandedOverToken, given)
  context.print(printable(`The API token ${name} belongs to ${given.owner.name}.`))
  context.note(printable(`${given.note}: rack-gateway tokens rotate ${id}`))
}
