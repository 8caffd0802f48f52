import type { PolicyDocument } from '@rack-gateway/rbac-policy'
import { builtInPolicy, type PolicyProblem, readPolicy } from '@rack-gateway/rbac-policy/document'
import { PolicyInvalid, Usage } from '../../errors/errors.ts'
import type { Context } from '../../invocation/context.ts'
import { counted } from '../../output/counted.ts'
import { readText, shownName } from './read-text.ts'
import { stdinName } from './stdin-name.ts'

/** The policy of a gateway that has no document. */
export const builtInName = '@built-in'
/** The gateway's current policy. */
const inForceName = '@in-force'

/**
 * A policy document by its name: a file, `@stdin`, `@built-in`, or `@in-force`.
 *
 * @throws Usage, PolicyInvalid, and as `callGateway`
 */
export async function namedDocument(context: Context, name: string, rack: string | null): Promise<PolicyDocument> {
  if (name === builtInName) return builtInPolicy()
  if (name === inForceName) return (await import('./policy-in-force.ts')).fetchPolicyInForce(context, rack)
  if (name.startsWith('@') && name !== stdinName)
    throw new Usage(
      `${shownName(name)} is not a document.`,
      `The names are ${builtInName}, ${inForceName}, and - for standard input. A file of that name is ./${shownName(name)}`,
    )
  const { document, problems } = readPolicy(await readText(context, name), shownName(name))
  if (document === null) throw invalidFile(name, 'a policy document', problems)
  return document
}

export function invalidFile(name: string, kind: string, problems: readonly PolicyProblem[]): Error {
  const lines = problems.map((problem) => `  ${problemLine(name, problem)}`)
  return new PolicyInvalid(
    `${shownName(name)} is not valid as ${kind}: ${counted(problems.length, 'problem')}\n${lines.join('\n')}`,
    'Correct it, and check it again: rack-gateway policy check FILE',
  )
}

/** A problem in the format of compilers, so that editors can open the position. */
export function problemLine(name: string, { line, column, text }: PolicyProblem): string {
  return `${shownName(name)}:${line}:${column}: ${text}`
}
