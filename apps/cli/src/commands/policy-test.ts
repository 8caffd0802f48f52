import type { Context } from '../context.ts'
import { exitCodes } from '../output/exit-codes.ts'
import { safeJson } from '../output/safe-json.ts'
import { printable } from '../output/terminal.ts'
import { caseFiles } from './policy/case-files.ts'
import { type TestedPolicy, testPolicies } from './policy/test-policies.ts'
import { testedAsJson, testedLines } from './policy/test-report.ts'

export interface PolicyTestOptions {
  /** Files of cases, and directories with them. */
  readonly paths: readonly string[]
  /** The document; null: the one that a file names, or the `policy.yaml` beside it. */
  readonly policy: string | null
  /** Whether a rule that no case exercises is a failure. */
  readonly coverage: 'told' | 'required'
  readonly rack: string | null
  readonly format: 'text' | 'json'
}

/** Judges cases by their policy documents. @returns the exit code */
export async function policyTest(context: Context, options: PolicyTestOptions): Promise<number> {
  const { paths, policy, coverage, rack, format } = options
  const tested = await testPolicies(context, { files: caseFiles(context.cwd, paths), policy, rack })
  if (format === 'json') context.print(safeJson(testedAsJson(tested), 2))
  else for (const line of tested.flatMap(testedLines)) context.print(printable(line))
  if (tested.some(hasFailed)) return exitCodes.checkFailed
  if (coverage === 'told' || tested.every(isCovered)) return exitCodes.ok
  context.note('some rules were never exercised, which --strict takes for a failure')
  return exitCodes.checkFailed
}

function hasFailed({ files }: TestedPolicy): boolean {
  return files.some(({ verdicts }) => verdicts.some(({ passed }) => !passed))
}

function isCovered({ coverage }: TestedPolicy): boolean {
  return coverage.every(({ exercised }) => exercised)
}
