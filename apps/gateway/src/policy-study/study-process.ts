import { documentHash } from '@rack-gateway/rbac-policy'
import { readPolicy } from '@rack-gateway/rbac-policy/document'
import { type ImpactStudy, studyImpact } from '@rack-gateway/rbac-policy/simulation'
import { type SuggestionStudy, studySuggestion } from '@rack-gateway/rbac-policy/suggestion'
import { checkDocument } from './check-document.ts'
import type { StudyQuestion, StudyResult } from './messages.ts'
import { callWithHiddenCommand, recordedCall } from './recorded-calls.ts'

// Runs as its own process, so that an expensive document cannot slow down or crash the gateway.
let study: ImpactStudy | null = null
let suggestion: { readonly study: SuggestionStudy; readonly rack: string | null } | null = null

process.on('message', (question: StudyQuestion) => process.send?.(responseTo(question)))

function responseTo(question: StudyQuestion): StudyResult {
  if (question.kind === 'begin') return begin(question)
  if (question.kind === 'check') return { kind: 'checked', check: checkDocument(question) }
  if (question.kind === 'begin-suggestion') {
    suggestion = { study: studySuggestion(question.current), rack: question.rack }
    return { kind: 'more' }
  }
  if (suggestion !== null) return continueSuggestion(suggestion, question)
  if (study === null) throw new Error('a study begins with its documents')
  if (question.kind === 'end') return { kind: 'impact', impact: study.result(question.maxChanges) }
  for (const canonical of question.canonical) study.add(recordedCall(canonical))
  return { kind: 'more' }
}

function continueSuggestion(
  { study: own, rack }: NonNullable<typeof suggestion>,
  question: Extract<StudyQuestion, { kind: 'calls' | 'end' }>,
): StudyResult {
  if (question.kind === 'end') return { kind: 'suggestion', suggestion: own.result() }
  for (const canonical of question.canonical) {
    const call = callWithHiddenCommand(canonical)
    if (rack === null || call === null || call.rack === rack) own.add(call)
  }
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
