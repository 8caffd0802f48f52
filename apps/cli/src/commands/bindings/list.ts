import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { listAllItems } from '../../gateway/list-all-items.ts'
import { expiryText } from '../../output/binding-text.ts'
import { NamedBinding } from '../../output/output-schemas.ts'
import { printJsonList, printTable } from '../../output/response.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { gatewayOptions } from '../options/shared-options.ts'
import { subjectOf, subjectOptions, withSubjectNames } from './binding-subject.ts'
import { nameOf } from './print-binding.ts'

export const command = 'list'
export const describe = 'List role bindings: the subject, the role, and its racks and apps.'
export const examples = ['rack-gateway bindings', 'rack-gateway bindings list --user ada@example.com --json']
export const builder = { ...subjectOptions, ...gatewayOptions } as const satisfies CommandOptions

export async function handler(args: Arguments<typeof builder>): Promise<void> {
  const { context, rack, json } = args
  const target = await targetOf(context, rack)
  const subject = await subjectOf(target, args, context.now)
  const bindings = await withSubjectNames(target, await listAllItems(target, 'listBindings', { subject: subject?.id }))
  if (json) return printJsonList(context, NamedBinding, bindings)
  const rows = bindings.map((binding) => [
    binding.id,
    `${binding.subject.kind} ${nameOf(binding)}`,
    binding.permissions?.join(', ') ?? binding.role,
    `${binding.racks}/${binding.apps}`,
    expiryText(binding.expiresAt, context.now),
    binding.reason ?? '',
  ])
  printTable(context, ['ID', 'SUBJECT', 'ROLE', 'RACKS/APPS', 'EXPIRES', 'REASON'], rows, 'There are no bindings.')
}
