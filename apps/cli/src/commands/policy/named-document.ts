import type { PolicyDocument } from '@rack-gateway/rbac-policy'
import { builtInPolicy, type PolicyProblem, readPolicy } from '@rack-gateway/rbac-policy/document'
import type { Context } from '../../context.ts'
import { PolicyInvalid, Usage } from '../../errors.ts'
import { counted } from '../../output/counted.ts'
import { readText, shownName } from './read-text.ts'
import { stdinName } from './stdin-name.ts'

/** The policy that holds without a document, and the one that the gateway decides by at the moment. */
export const builtInName = '@built-in'
const inForceName = '@in-force'

/** A policy document by its name: a file, `@stdin`, `@built-in` or `@in-force`. @throws Usage, PolicyInvalid, and what asking a gateway throws */
export async function namedDocument(context: Context, name: string, rack: string | null): Promise<PolicyDocument> {
  if (name === builtInName) return builtInPolicy()
  if (name === inForceName) return (await import('./ask-policy.ts')).askPolicyInForce(context, rack)
  if (name.startsWith('@') && name !== stdinName)
    throw new Usage(
      `${shownName(name)} is not a document.`,
      `The names are ${builtInName}, ${inForceName}, and - for standard input. A file of that name is ./${shownName(name)}`,
    )
  const { document, problems } = readPolicy(await readText(context, name), shownName(name))
  if (document === null) throw invalid(name, 'a policy document', problems)
  return document
}

/** All that is wrong with a file, each where it is. */
export function invalid(name: string, as: string, problems: readonly PolicyProblem[]): Error {
  const lines = problems.map((problem) => `  ${problemLine(name, problem)}`)
  return new PolicyInvalid(
    `${shownName(name)} is not valid as ${as}, for ${counted(problems.length, 'reason')}:\n${lines.join('\n')}`,
    'Correct it, and check it again: rack-gateway policy check FILE',
  )
}

/** As compilers say it, so that editors find the place. */
export function problemLine(name: string, { line, column, text }: PolicyProblem): string {
  return `${shownName(name)}:${line}:${column}: ${text}`
}
