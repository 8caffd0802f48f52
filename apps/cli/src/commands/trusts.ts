import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { everyPage } from '../gateway/every-page.ts'
import { findTrust } from '../gateway/find-resource.ts'
import { callGateway } from '../gateway/gateway-api.ts'
import { Trust } from '../gateway/schemas.ts'
import { type Format, printFields, printJson, printTable } from '../output/answer.ts'
import { confirm } from '../output/confirm.ts'
import { endWords, grantWords, minute } from '../output/grant-text.ts'
import { safeJson } from '../output/safe-json.ts'
import { printable } from '../output/terminal.ts'
import { tellWarnings } from '../output/warnings.ts'
import type { Target } from '../target/target.ts'
import { type GrantFlags, grantMembers } from './options/grant.ts'
import { type TermFlags, trustTerms } from './trusts/trust-terms.ts'

export const Trusts = Type.Array(Trust)

interface Named {
  /** Its id, or its name. */
  readonly trust: string
  readonly format: Format
}

export async function listTrusts(
  context: Context,
  target: Target,
  { revoked, format }: { readonly revoked: boolean; readonly format: Format },
): Promise<void> {
  const all = await everyPage(target, '/trusts', Trust)
  const shown = revoked ? all : all.filter(({ revokedAt }) => revokedAt === null)
  if (format === 'json') return printJson(context, Trusts, shown)
  const rows = shown.map(({ id, name, issuer, grants, revokedAt }) => [
    id,
    name,
    issuer,
    grants.map(grantWords).join('; '),
    revokedAt === null ? '' : `revoked ${minute(revokedAt)}`,
  ])
  printTable(context, ['ID', 'NAME', 'ISSUER', 'MAY', 'STATE'], rows, 'there are no trusts')
}

export async function showTrust(context: Context, target: Target, { trust: wanted, format }: Named): Promise<void> {
  const trust = await findTrust(target, wanted, context.now)
  if (format === 'json') return printJson(context, Trust, trust)
  printFields(context, [
    ['id', trust.id],
    ['name', trust.name],
    ['issuer', trust.issuer],
    ['audience', trust.audience],
    ...trust.conditions.map((condition) => ['condition', safeJson(condition)] as const),
    ...trust.grants.map(
      (grant) => ['may', `${grantWords(grant)} ${endWords(grant.expiresAt, context.now)}`.trim()] as const,
    ),
    ['session', `${trust.maxAgeSeconds} s at most`],
    ['made', `${minute(trust.createdAt)} by ${trust.createdBy}`],
    ['revoked', minute(trust.revokedAt)],
  ])
}

interface AddTrust extends TermFlags, GrantFlags {
  readonly name: string
  readonly role: string
  readonly format: Format
}

export async function addTrust(context: Context, target: Target, wanted: AddTrust): Promise<void> {
  const { name, role, format } = wanted
  const body = { name, role, ...grantMembers(wanted, context.now), ...trustTerms(wanted) }
  const trust = await callGateway(target, { path: '/trusts', body, answer: Trust })
  tellWarnings(context, trust)
  if (format === 'json') return printJson(context, Trust, trust)
  context.print(
    printable(`Jobs that ${trust.name} lets in are ${trust.grants.map(grantWords).join('; ')} (${trust.id}).`),
  )
  context.note(
    printable(`a job asks with: rack-gateway ci login ${target.origin} --trust ${JSON.stringify(trust.name)}`),
  )
}

export async function removeTrust(
  context: Context,
  target: Target,
  { trust: wanted, yes, format }: Named & { readonly yes: boolean },
): Promise<void> {
  const { id, name } = await findTrust(target, wanted, context.now)
  await confirm(context, `revoke the trust ${name} for good, which ends the jobs that it let in`, { yes })
  const trust = await callGateway(target, { path: `/trusts/${id}`, method: 'DELETE', answer: Trust })
  if (format === 'json') return printJson(context, Trust, trust)
  context.print(printable(`The trust ${name} is revoked, and what its jobs had open has ended.`))
}
