import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { Usage } from '../../errors/errors.ts'
import { callGateway } from '../../gateway/gateway-api.ts'
import { listAllItems } from '../../gateway/list-all-items.ts'
import { bindingText } from '../../output/binding-text.ts'
import { confirm } from '../../output/confirm.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import type { Target } from '../../rack-choice/local/target.ts'
import { printable } from '../../terminal/terminal.ts'
import { gatewayOptions, yesOption } from '../options/shared-options.ts'
import { withSubjectNames } from './binding-subject.ts'
import { nameOf, printBinding } from './print-binding.ts'

export const command = 'delete <id>'
export const describe = 'Delete a role binding.'
export const examples = ['rack-gateway bindings delete 1b4f0c9e-6d2a-4c57-9f0e-2f1f5d1c7a35']
export const builder = {
  id: { type: 'string', demandOption: true, describe: 'The ID of the binding, from rack-gateway bindings' },
  'if-exists': { type: 'boolean', describe: 'Succeed if there is no such binding' },
  yes: yesOption,
  ...gatewayOptions,
} as const satisfies CommandOptions

export async function handler({ context, rack, json, yes, ...args }: Arguments<typeof builder>): Promise<void> {
  const target = await targetOf(context, rack)
  const id = args.id.toLowerCase()
  const missing = new Usage(`There is no binding ${printable(id)}.`, 'List the bindings with: rack-gateway bindings')
  try {
    await confirm(context, () => describeDeletion(target, id, missing), { yes })
    const removed = await callGateway(target, 'removeBinding', { id }, { missing })
    await printBinding(context, target, removed, { json, action: 'Deleted' })
  } catch (error) {
    if (!args.ifExists || error !== missing) throw error
    context.note(missing.explanation.reason)
  }
}

/** @throws `missing` for an unknown binding */
async function describeDeletion(target: Target, id: string, missing: Error): Promise<string> {
  const [binding] = await withSubjectNames(
    target,
    (await listAllItems(target, 'listBindings')).filter((binding) => binding.id === id),
  )
  if (binding === undefined) throw missing
  return `delete the binding of ${bindingText(binding)} for ${binding.subject.kind} ${nameOf(binding)}`
}
