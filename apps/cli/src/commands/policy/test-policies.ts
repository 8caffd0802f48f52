import {
  type CaseEvaluation,
  type CasesFile,
  type CoveredRule,
  readCases,
  runCases,
} from '@rack-gateway/rbac-policy/cases'
import { Usage } from '../../errors/errors.ts'
import type { Context } from '../../invocation/context.ts'
import { adjacentDocument, relativeToFile } from './case-files.ts'
import { invalidFile, namedDocument } from './named-document.ts'
import { readText, shownName } from './read-text.ts'

/** The results of all cases for one document. */
export interface TestedPolicy {
  /** The name of the document. */
  readonly document: string
  /** The SHA-256 of the document, hex. */
  readonly policy: string
  readonly files: readonly { readonly file: string; readonly evaluations: readonly CaseEvaluation[] }[]
  readonly coverage: readonly CoveredRule[]
}

export interface CasesToTest {
  readonly files: readonly string[]
  /** The name of the document for all files; null: each file has its own document. */
  readonly policy: string | null
  readonly rack: string | null
}

const fileKind = 'a file of cases'

interface CasesOfFile {
  readonly file: string
  readonly cases: CasesFile
}

/** @throws as `namedDocument` */
export async function testPolicies(context: Context, { files, policy, rack }: CasesToTest): Promise<TestedPolicy[]> {
  const filesByDocument = new Map<string, CasesOfFile[]>()
  for (const file of files) {
    const cases = readCases(await readText(context, file))
    if ('problems' in cases) throw invalidFile(file, fileKind, cases.problems)
    const document = policy ?? documentOf(context, file, cases)
    filesByDocument.set(document, [...(filesByDocument.get(document) ?? []), { file, cases }])
  }
  const tested: TestedPolicy[] = []
  for (const [name, files] of filesByDocument) tested.push(await testPolicy(context, files, { name, rack }))
  return tested
}

function documentOf({ cwd }: Context, file: string, { policy }: CasesFile): string {
  const document = policy === null ? adjacentDocument(cwd, file) : relativeToFile(file, policy)
  if (document !== null) return document
  throw new Usage(
    `${shownName(file)} names no document.`,
    'Pass --policy FILE, add a line "policy: FILE" to it, or put policy.yaml in its directory.',
  )
}

async function testPolicy(
  context: Context,
  files: readonly CasesOfFile[],
  { name, rack }: { readonly name: string; readonly rack: string | null },
): Promise<TestedPolicy> {
  const document = await namedDocument(context, name, rack)
  const checkedFiles = files.map(({ file, cases }) => {
    const checked = cases.checkAgainst(document)
    if (checked.cases === null) throw invalidFile(file, fileKind, checked.problems)
    return { file, cases: checked.cases }
  })
  const { policy, evaluations, coverage } = runCases(
    document,
    checkedFiles.flatMap(({ cases }) => cases),
  )
  const evaluatedFiles = checkedFiles.map(({ file, cases }) => {
    const casesOfFile = new Set(cases)
    return { file, evaluations: evaluations.filter((evaluation) => casesOfFile.has(evaluation.case)) }
  })
  return { document: shownName(name), policy, files: evaluatedFiles, coverage }
}
