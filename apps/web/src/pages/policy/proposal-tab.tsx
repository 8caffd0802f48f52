import { useRef } from 'react'
import { can } from '../../api/can.ts'
import { post } from '../../api/client.ts'
import { useMe } from '../../api/queries.ts'
import { announce } from '../../ui/announce.tsx'
import { Problem } from '../../ui/problem.tsx'
import { useNewestAnswer } from '../../ui/use-newest-answer.ts'
import { ApplyInstructions } from './apply-instructions.tsx'
import { ImpactStudy } from './impact-study.tsx'
import { PolicyChanges } from './policy-changes.tsx'
import { PolicyProblems } from './policy-problems.tsx'
import { ProposalForm } from './proposal-form.tsx'
import { useProposal } from './proposal-store.ts'
import { TextDifference } from './text-difference.tsx'
import { offsetOf } from './text-position.ts'

export function ProposalTab() {
  const me = useMe()
  const text = useProposal()
  const field = useRef<HTMLTextAreaElement>(null)
  const check = useNewestAnswer(
    (document: string, signal) => post('/policy/check', { body: { document } }, signal),
    ({ valid, problems }) =>
      announce(valid ? 'The document is valid.' : `The document is not valid. Problems: ${problems.length}.`),
  )

  function showPosition(line: number, column: number) {
    const at = offsetOf(text, line, column)
    field.current?.focus()
    field.current?.setSelectionRange(at, at)
  }

  // An answer about an earlier text is not shown.
  const checked = check.answer !== undefined && check.askedValues === text ? check.answer : null
  return (
    <>
      <ProposalForm field={field} isChecking={check.isPending} onCheck={check.ask} />
      {check.error && <Problem error={check.error} retry={() => check.ask(text)} />}
      {checked !== null && <PolicyProblems check={checked} onShow={showPosition} />}
      {checked?.valid && (
        <>
          <PolicyChanges check={checked} />
          <TextDifference proposed={text} />
          {can(me, 'gateway:audit:read') && <ImpactStudy key={checked.proposed} document={text} />}
          <ApplyInstructions />
        </>
      )}
    </>
  )
}
