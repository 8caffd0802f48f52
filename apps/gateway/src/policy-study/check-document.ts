import { documentHash, type PolicyDocument } from '@rack-gateway/rbac-policy'
import { documentWarnings, readPolicy } from '@rack-gateway/rbac-policy/document'
import { diffPolicies } from '@rack-gateway/rbac-policy/simulation'
import type { DocumentCheck } from './messages.ts'

export interface CheckedDocuments {
  readonly current: PolicyDocument
  /** YAML. */
  readonly proposed: string
  readonly maxChanges: number
}

/** Characters. A sentence can quote a large part of a document. */
const maxText = 2_000
const maxWarnings = 1_000
const maxProblems = 1_000

/** Checks a document as `rack-gateway policy check` does, and compares it as `rack-gateway policy diff` does. */
export function checkDocument({ current, proposed, maxChanges }: CheckedDocuments): DocumentCheck {
  const { document, problems } = readPolicy(proposed, 'proposed')
  if (document === null) {
    const shortened = problems.slice(0, maxProblems).map((problem) => ({ ...problem, text: shorten(problem.text) }))
    return { valid: false, problems: shortened, proposed: null, warnings: [], changes: [], more: 0 }
  }
  const changes = diffPolicies(current, document)
  return {
    valid: true,
    problems: [],
    proposed: documentHash(document),
    warnings: documentWarnings(document).slice(0, maxWarnings).map(shorten),
    changes: changes.slice(0, maxChanges).map((change) => ({ ...change, what: shorten(change.what) })),
    more: Math.max(0, changes.length - maxChanges),
  }
}

function shorten(text: string): string {
  return text.length > maxText ? `${text.slice(0, maxText)}…` : text
}
