import type { PolicyDocument } from '@rack-gateway/rbac-policy'
import { builtInText, readPolicy } from '@rack-gateway/rbac-policy/document'
import type { Context } from '../context.ts'
import { Usage } from '../errors.ts'
import { counted } from '../output/counted.ts'
import { exitCodes } from '../output/exit-codes.ts'
import { safeJson } from '../output/safe-json.ts'
import { printable } from '../output/terminal.ts'
import { targetOf } from '../target/gateway-target.ts'
import { askImpact, type Impact, type ImpactChange } from './policy/ask-impact.ts'
import { builtInName, invalid } from './policy/named-document.ts'
import { readText, shownName } from './policy/read-text.ts'
import { stdinName } from './policy/stdin-name.ts'

export interface PolicyImpactOptions {
  readonly new: string
  /** As the gateway reads it: `30d`, `12h`, `45m` or a time. */
  readonly since: string
  readonly rack: string | null
  readonly format: 'text' | 'json'
}

/** Asks the gateway what of the recorded calls a proposed document would refuse or permit. @returns the exit code */
export async function policyImpact(context: Context, options: PolicyImpactOptions): Promise<number> {
  const { new: name, since, rack, format } = options
  const text = await proposedText(context, name)
  const { document, problems } = readPolicy(text, shownName(name))
  if (document === null) throw invalid(name, 'a policy document', problems)
  const impact = await askImpact(await targetOf(context, rack), { document: text, since })
  if (format === 'json') context.print(safeJson(impact, 2))
  else for (const line of [...lines(shownName(name), impact), ...untold(document)]) context.print(printable(line))
  return exitCodes.ok
}

async function proposedText(context: Context, name: string): Promise<string> {
  if (name === builtInName) return builtInText
  if (name.startsWith('@') && name !== stdinName)
    throw new Usage(`${shownName(name)} can't be proposed:`, `name a file, - for stdin, or ${builtInName}`)
  return readText(context, name)
}

function lines(name: string, impact: Impact): string[] {
  const { calls, since, refused, permitted, unclear, packages, cut, more } = impact
  const limit = cut?.by === 'time' ? 'the time for one study was over' : 'there were more than one study takes'
  return [
    `${name} instead of the policy in force, for ${counted(calls, 'recorded call')} since ${cut?.from ?? since}`,
    ...(cut === null ? [] : [`(not since ${since}: ${limit}, and the newest come first)`]),
    ...(refused + permitted === 0 ? ['none of them would come to anything else'] : []),
    ...(refused === 0 ? [] : [`newly refused: ${counted(refused, 'call')}`, ...changeLines(impact, 'refuses')]),
    ...(permitted === 0 ? [] : [`newly permitted: ${counted(permitted, 'call')}`, ...changeLines(impact, 'permits')]),
    ...(more === 0 ? [] : [`${counted(more, 'change')} more, less frequent, not shown`]),
    ...(unclear === 0
      ? []
      : [
          `left out: ${counted(unclear, 'call')} that can't be decided again as ${unclear === 1 ? 'it was' : 'they were'}, since roles or the policy have changed, or the record doesn't say enough`,
        ]),
    packages === 0
      ? 'policy packages were not asked'
      : `left out: ${counted(packages, 'call')} that a policy package refused; packages were not asked`,
  ]
}

/** The record doesn't say how a run was started. */
function untold({ commands }: PolicyDocument): string[] {
  const rules = commands.filter(
    ({ interactive, entrypoint, releases }) =>
      interactive !== undefined || entrypoint !== undefined || releases === 'newest',
  )
  if (rules.length === 0) return []
  const ids = rules.map(({ id }) => id).join(', ')
  return [`not told: what is narrowed by terminal, entrypoint or release, which the record doesn't say (${ids})`]
}

function changeLines({ changes }: Impact, effect: ImpactChange['effect']): string[] {
  return changes
    .filter((change) => change.effect === effect)
    .flatMap(({ count, principal, route, rack, app, command, last, rule, reason }) => [
      `  ${counted(count, 'time')}  ${principal.name} (${principal.kind})  ${route}  on ${rack}${app === null ? '' : `, ${app}`}${command === null ? '' : `: ${command}`}`,
      `      ${reason} (rule ${rule}; the last one at ${last})`,
    ])
}
