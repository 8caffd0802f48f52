import { Type } from 'typebox'
import type { Context } from '../context.ts'
import { everyPage } from '../gateway/every-page.ts'
import { findServiceAccount } from '../gateway/find-resource.ts'
import { callGateway } from '../gateway/gateway-api.ts'
import { ServiceAccount } from '../gateway/schemas.ts'
import { type Format, printJson, printTable } from '../output/answer.ts'
import { confirm } from '../output/confirm.ts'
import { minute } from '../output/grant-text.ts'
import { printable } from '../output/terminal.ts'
import type { Target } from '../target/target.ts'

export const ServiceAccounts = Type.Array(ServiceAccount)

interface Named {
  /** Its id, or its name. */
  readonly account: string
  readonly format: Format
}

export async function listServiceAccounts(context: Context, target: Target, { format }: { readonly format: Format }) {
  const accounts = await everyPage(target, '/service-accounts', ServiceAccount)
  if (format === 'json') return printJson(context, ServiceAccounts, accounts)
  const rows = accounts.map(({ id, name, createdAt, disabledAt }) => [
    id,
    name,
    minute(createdAt),
    disabledAt === null ? '' : `disabled ${minute(disabledAt)}`,
  ])
  printTable(context, ['ID', 'NAME', 'SINCE (UTC)', 'STATE'], rows, 'there are no service accounts')
}

export async function createServiceAccount(
  context: Context,
  target: Target,
  { name, format }: { readonly name: string; readonly format: Format },
): Promise<void> {
  const account = await callGateway(target, { path: '/service-accounts', body: { name }, answer: ServiceAccount })
  if (format === 'json') return printJson(context, ServiceAccount, account)
  context.print(printable(`The service account ${account.name} is made (${account.id}).`))
  context.note(printable(`it may do nothing yet: rack-gateway bindings create ROLE --service-account ${account.name}`))
}

export async function disableServiceAccount(
  context: Context,
  target: Target,
  { account: named, yes, format }: Named & { readonly yes: boolean },
): Promise<void> {
  const { id, name } = await findServiceAccount(target, named, context.now)
  await confirm(context, `disable the service account ${name}, which stops its API tokens`, { yes })
  await change(context, target, { id, to: 'disable', said: `${name} is disabled: its API tokens are refused.`, format })
}

export async function enableServiceAccount(
  context: Context,
  target: Target,
  { account, format }: Named,
): Promise<void> {
  const { id, name } = await findServiceAccount(target, account, context.now)
  await change(context, target, { id, to: 'enable', said: `${name} is enabled again.`, format })
}

async function change(
  context: Context,
  target: Target,
  {
    id,
    to,
    said,
    format,
  }: { readonly id: string; readonly to: string; readonly said: string; readonly format: Format },
): Promise<void> {
  const path = `/service-accounts/${id}/${to}` as const
  const account = await callGateway(target, { path, method: 'POST', answer: ServiceAccount })
  if (format === 'json') printJson(context, ServiceAccount, account)
  else context.print(printable(said))
}
