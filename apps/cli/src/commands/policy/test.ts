import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { exitCodes } from '../../errors/exit-codes.ts'
import { safeJson } from '../../output/safe-json.ts'
import { printable } from '../../terminal/terminal.ts'
import { gatewayOptions } from '../options/shared-options.ts'
import { caseFiles } from './case-files.ts'
import { documentName } from './stdin-name.ts'
import { type TestedPolicy, testPolicies } from './test-policies.ts'
import { reportLines, toJson } from './test-report.ts'

export const command = 'test <paths..>'
export const describe = 'Run test cases against a policy document, and list the rules without a case.'
export const details = `Exits with 3 if a case fails. The cases do not include policy packages. One case:

  version: 1
  cases:
    deployers release:
      who: { roles: [deployer] }
      convox: releases promote R1 -a web
      expect: { effect: allow, rule: role:deployer }`
export const examples = [
  'rack-gateway policy test policies',
  'rack-gateway policy test release.cases.yaml --policy policy.yaml --strict',
]
export const builder = {
  paths: {
    type: 'string',
    array: true,
    demandOption: true,
    complete: 'file',
    describe: 'Files of cases, and directories with files that end in .cases.yaml',
  },
  policy: {
    type: 'string',
    complete: 'file',
    describe: 'The document; by default the one that a file of cases names, or policy.yaml in the same directory',
  },
  strict: { type: 'boolean', describe: 'Fail if a rule has no case' },
  ...gatewayOptions,
} as const satisfies CommandOptions
export const progress = null

export async function handler(args: Arguments<typeof builder>): Promise<number> {
  const { context, rack, json, strict } = args
  const paths = args.paths.map(documentName)
  const policy = args.policy === undefined ? null : documentName(args.policy)
  const tested = await testPolicies(context, { files: caseFiles(context.cwd, paths), policy, rack: rack ?? null })
  if (json) context.print(safeJson(toJson(tested), 2))
  else for (const line of tested.flatMap(reportLines)) context.print(printable(line))
  if (tested.some(hasFailed)) return exitCodes.checkFailed
  if (!strict || tested.every(isCovered)) return exitCodes.ok
  context.note('Some rules have no case, which --strict treats as a failure.')
  return exitCodes.checkFailed
}

function hasFailed({ files }: TestedPolicy): boolean {
  return files.some(({ evaluations }) => evaluations.some(({ passed }) => !passed))
}

function isCovered({ coverage }: TestedPolicy): boolean {
  return coverage.every(({ exercised }) => exercised)
}
