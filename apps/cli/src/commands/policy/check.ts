import { documentHash, type PolicyDocument } from '@rack-gateway/rbac-policy'
import { documentWarnings, readPolicy } from '@rack-gateway/rbac-policy/document'
import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { exitCodes } from '../../errors/exit-codes.ts'
import { counted } from '../../output/counted.ts'
import { safeJson } from '../../output/safe-json.ts'
import { jsonOption } from '../options/shared-options.ts'
import { problemLine } from './named-document.ts'
import { readText, shownName } from './read-text.ts'
import { documentName } from './stdin-name.ts'

export const command = 'check <file>'
export const describe = 'Check a policy document as the gateway would.'
export const details = 'Exits with 3 if the document is not valid.'
export const examples = ['rack-gateway policy check policy.yaml', 'rack-gateway policy check --json - < policy.yaml']
export const builder = {
  file: {
    type: 'string',
    demandOption: true,
    complete: 'file',
    describe: 'A policy document, or - for standard input',
  },
  json: jsonOption,
} as const satisfies CommandOptions
export const progress = null

export async function handler({ context, json, ...args }: Arguments<typeof builder>): Promise<number> {
  const file = documentName(args.file)
  const name = shownName(file)
  const { document, problems } = readPolicy(await readText(context, file), name)
  if (document === null) {
    if (json) context.print(safeJson({ file: name, valid: false, problems }, 2))
    else for (const problem of problems) context.print(problemLine(file, problem))
    context.note(`${name} is not valid: ${counted(problems.length, 'problem')}. The gateway would reject it.`)
    return exitCodes.checkFailed
  }
  if (json) context.print(safeJson({ file: name, valid: true, ...summaryOf(document) }, 2))
  else for (const line of lines(name, document)) context.print(line)
  return exitCodes.ok
}

function summaryOf(document: PolicyDocument) {
  const { roles, commands, blocked, requests } = document
  return {
    policy: documentHash(document),
    roles: roles.map((role) => role.name),
    commandRules: commands.map(({ id }) => id),
    blocked: blocked.map(({ route }) => route),
    requestRules: requests.map(({ id }) => id),
    warnings: documentWarnings(document),
  }
}

function lines(name: string, document: PolicyDocument): string[] {
  const { policy, roles, commandRules, blocked, requestRules, warnings } = summaryOf(document)
  const parts = [
    counted(roles.length, 'role'),
    counted(commandRules.length, 'command rule'),
    counted(blocked.length, 'blocked operation'),
    ...(requestRules.length === 0 ? [] : [counted(requestRules.length, 'request rule')]),
  ]
  return [
    `${name} is valid. With the built-in rules that it does not replace, it has ${parts.join(', ')}.`,
    `hash ${policy}`,
    ...warnings.map((warning) => `warning: ${warning}`),
  ]
}
