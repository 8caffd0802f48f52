import { Type } from 'typebox'
import type { Context } from '../../context.ts'
import { everyPage } from '../../gateway/every-page.ts'
import { findServiceAccount, findUser } from '../../gateway/find-resource.ts'
import { Token } from '../../gateway/schemas.ts'
import { type Format, printJson, printTable } from '../../output/answer.ts'
import { endWords, grantWords, minute } from '../../output/grant-text.ts'
import type { Target } from '../../target/target.ts'

export const Tokens = Type.Array(Token)

export interface ListTokens {
  /** `me`, or the id, e-mail address or name of a user or service account. */
  readonly owner?: string | undefined
  readonly ended: boolean
  readonly format: Format
}

export async function listTokens(context: Context, target: Target, { owner, ended, format }: ListTokens) {
  const query = owner === undefined ? '' : `?owner=${encodeURIComponent(await ownerOf(target, owner, context.now))}`
  const all = await everyPage(target, `/tokens${query}`, Token)
  const shown = ended ? all : all.filter((token) => !hasEnded(token, context.now))
  if (format === 'json') return printJson(context, Tokens, shown)
  const rows = shown.map((token) => [
    token.id,
    token.name,
    token.owner.name,
    token.grants.map(grantWords).join('; '),
    minute(token.lastUsedAt),
    token.revokedAt === null ? endWords(token.expiresAt, context.now) : 'revoked',
  ])
  printTable(context, ['ID', 'NAME', 'OWNER', 'MAY', 'LAST USED (UTC)', 'ENDS'], rows, 'there are no API tokens')
}

function hasEnded({ revokedAt, expiresAt }: Token, now: number): boolean {
  return revokedAt !== null || Date.parse(expiresAt) <= now
}

async function ownerOf(target: Target, text: string, now: number): Promise<string> {
  if (text === 'me' || /^[0-9a-f-]{36}$/.test(text)) return text
  return (await (text.includes('@') ? findUser : findServiceAccount)(target, text, now)).id
}
