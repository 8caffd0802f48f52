import { documentHash } from '@rack-gateway/rbac-policy'
import { readPolicy } from '@rack-gateway/rbac-policy/document'
import { type ImpactStudy, studyImpact } from '@rack-gateway/rbac-policy/simulation'
import { checkDocument } from './check-document.ts'
import type { StudyQuestion, StudyResult } from './messages.ts'
import { recordedCall } from './recorded-calls.ts'

// Runs as its own process, so that an expensive document cannot slow down or crash the gateway.
let study: ImpactStudy | null = null

process.on('message', (question: StudyQuestion) => process.send?.(responseTo(question)))

function responseTo(question: StudyQuestion): StudyResult {
  if (question.kind === 'begin') return begin(question)
  if (question.kind === 'check') return { kind: 'checked', check: checkDocument(question) }
  if (study === null) throw new Error('a study begins with its documents')
  if (question.kind === 'end') return { kind: 'impact', impact: study.result(question.maxChanges) }
  for (const canonical of question.canonical) study.add(recordedCall(canonical))
  return { kind: 'more' }
}

function begin({ current, proposed }: StudyQuestion & { kind: 'begin' }): StudyResult {
  const { document, problems } = readPolicy(proposed, 'proposed')
  if (document === null)
    return {
      kind: 'invalid',
      problems: problems.map(({ line, column, text }) => `line ${line}, column ${column}: ${text}`),
    }
  study = studyImpact(current, document)
  return { kind: 'begun', policy: documentHash(document) }
}
