import { ReviewedBinding, requestFor } from '@rack-gateway/gateway-api'
import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { GatewayUnreachable, Interrupted, Usage } from '../../errors/errors.ts'
import { failureReason } from '../../gateway/gateway-request.ts'
import { listAllItems } from '../../gateway/list-all-items.ts'
import { openStream } from '../../gateway/open-stream.ts'
import { bindingText, expiryText, minuteText } from '../../output/binding-text.ts'
import { printJsonList, printTable } from '../../output/response.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import type { Target } from '../../rack-choice/local/target.ts'
import { printable } from '../../terminal/terminal.ts'
import { gatewayOptions } from '../options/shared-options.ts'

export const command = 'review'
export const describe = 'List who has which role on what, why, and who granted it.'
export const details =
  'One line for each subject and binding. A user has a line for each group that has a binding. The gateway records the read.'
export const examples = ['rack-gateway access review', 'rack-gateway access review --csv > access.csv']
export const builder = {
  csv: { type: 'boolean', describe: 'Print CSV for a spreadsheet' },
  ...gatewayOptions,
} as const satisfies CommandOptions

export async function handler({ context, rack, json, csv }: Arguments<typeof builder>): Promise<void> {
  if (csv && json) throw new Usage('--csv and --json cannot be combined.', 'Keep one of them.')
  const target = await targetOf(context, rack)
  if (csv) return context.print(withoutLineFeed(await readCsv(target, context.interruption())))
  const granted = await listAllItems(target, 'reviewAccess')
  if (json) return printJsonList(context, ReviewedBinding, granted)
  const rows = granted.map((binding) => [
    `${binding.subject.kind} ${subjectText(binding.subject)}`,
    bindingText(binding),
    throughText(binding),
    binding.grantedBy.email ?? binding.grantedBy.id,
    minuteText(binding.grantedAt),
    expiryText(binding.expiresAt, context.now),
    minuteText(binding.lastUsedAt),
  ])
  printTable(
    context,
    ['SUBJECT', 'ROLE', 'THROUGH', 'GRANTED BY', 'GRANTED (UTC)', 'EXPIRES', 'LAST USED (UTC)'],
    rows,
    'Nobody has a role.',
  )
}

function subjectText({ name, owner, suspended }: ReviewedBinding['subject']): string {
  return `${name}${owner === null ? '' : ` (${owner})`}${suspended ? ', suspended' : ''}`
}

function throughText({ group, invitation }: Pick<ReviewedBinding, 'group' | 'invitation'>): string {
  if (group !== null) return `group ${group}`
  return invitation === null ? 'binding' : 'invitation'
}

/** Reads the whole file before anything is printed, so that an interrupted review does not look complete. */
async function readCsv(target: Target, signal: AbortSignal): Promise<string> {
  const response = await openStream(target, requestFor('exportAccessReview', {}), { signal })
  try {
    return await response.text()
  } catch (error) {
    if (signal.aborted) throw new Interrupted()
    throw new GatewayUnreachable(
      `The access review of ${target.origin} was interrupted: ${printable(failureReason(error))}.`,
      'Try again.',
    )
  }
}

/** `context.print` adds the last line feed again. */
function withoutLineFeed(text: string): string {
  return text.endsWith('\n') ? text.slice(0, -1) : text
}
