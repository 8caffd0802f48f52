import { documentHash } from '@rack-gateway/rbac-policy'
import { readPolicy } from '@rack-gateway/rbac-policy/document'
import { type RecordedCall, studyImpact, studyWouldBe } from '@rack-gateway/rbac-policy/simulation'
import { studySuggestion } from '@rack-gateway/rbac-policy/suggestion'
import { checkDocument } from './check-document.ts'
import type { StudyQuestion, StudyResult } from './messages.ts'
import { callWithHiddenCommand, recordedCall } from './recorded-calls.ts'

interface RunningStudy {
  add(canonical: string): void
  end(maxResults: number): StudyResult
}

// Runs as its own process, so that an expensive document cannot slow down or crash the gateway.
let study: RunningStudy | null = null

process.on('message', (question: StudyQuestion) => process.send?.(responseTo(question)))

function responseTo(question: StudyQuestion): StudyResult {
  if (question.kind === 'begin') return begin(question)
  if (question.kind === 'begin-suggestion') return beginSuggestion(question)
  if (question.kind === 'begin-would-be') return beginWouldBe(question)
  if (question.kind === 'check') return { kind: 'checked', check: checkDocument(question) }
  if (study === null) throw new Error('a study begins with its documents')
  if (question.kind === 'end') return study.end(question.maxChanges)
  for (const canonical of question.canonical) study.add(canonical)
  return { kind: 'more' }
}

function begin({ current, proposed }: StudyQuestion & { kind: 'begin' }): StudyResult {
  const { document, problems } = readPolicy(proposed, 'proposed')
  if (document === null)
    return {
      kind: 'invalid',
      problems: problems.map(({ line, column, text }) => `line ${line}, column ${column}: ${text}`),
    }
  const impact = studyImpact(current, document)
  study = {
    add: (canonical) => impact.add(recordedCall(canonical)),
    end: (maxChanges) => ({ kind: 'impact', impact: impact.result(maxChanges) }),
  }
  return { kind: 'begun', policy: documentHash(document) }
}

function beginSuggestion({ current, text, access, rack }: StudyQuestion & { kind: 'begin-suggestion' }): StudyResult {
  const suggestion = studySuggestion(current, { text, access, rack })
  study = {
    add: addOnRack(rack, suggestion.add),
    end: () => ({ kind: 'suggestion', suggestion: suggestion.result() }),
  }
  return { kind: 'more' }
}

function beginWouldBe({ current, access, rack }: StudyQuestion & { kind: 'begin-would-be' }): StudyResult {
  const wouldBe = studyWouldBe(current, access)
  study = {
    add: addOnRack(rack, wouldBe.add),
    end: (maxRows) => ({ kind: 'would-be', wouldBe: wouldBe.result(maxRows) }),
  }
  return { kind: 'more' }
}

function addOnRack(rack: string | null, add: (call: RecordedCall | null) => void): RunningStudy['add'] {
  return function addCanonical(canonical) {
    const call = callWithHiddenCommand(canonical)
    if (rack === null || call === null || call.rack === rack) add(call)
  }
}
