import { useQuery } from '@tanstack/react-query'
import { useRef } from 'react'
import { can } from '../../api/can.ts'
import { post } from '../../api/client.ts'
import { useMe } from '../../api/queries.ts'
import { announce } from '../../ui/announce.tsx'
import { Card } from '../../ui/card.tsx'
import { CommandLine } from '../../ui/command-line.tsx'
import { LineDifference } from '../../ui/line-difference.tsx'
import { Problem } from '../../ui/problem.tsx'
import { useNewestAnswer } from '../../ui/use-newest-answer.ts'
import { ImpactStudy } from './impact-study.tsx'
import { PolicyChanges } from './policy-changes.tsx'
import { PolicyProblems } from './policy-problems.tsx'
import { policyQuery } from './policy-queries.ts'
import { ProposalForm } from './proposal-form.tsx'
import { useProposal } from './proposal-store.ts'
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

function ApplyInstructions() {
  return (
    <Card title="Put the document in force">
      <p>
        The console cannot change the policy. Save the document as the file that <code>POLICY_FILE</code> of the gateway
        names. The gateway checks that file every second, and at once on SIGHUP. A valid document applies to all calls
        that begin afterwards. Open WebSockets that it no longer permits end within a second.
      </p>
      <p>In a pipeline, check the file first:</p>
      <CommandLine>rack-gateway policy check policy.yaml</CommandLine>
      <CommandLine>rack-gateway policy diff @in-force policy.yaml</CommandLine>
    </Card>
  )
}

function TextDifference({ proposed }: { readonly proposed: string }) {
  const { data } = useQuery(policyQuery)
  if (data === undefined) return null
  return (
    <Card title="Changed lines">
      {data.text === null ? (
        <p>The built-in policy is in force, so there is no document to compare with.</p>
      ) : (
        <LineDifference before={data.text} after={proposed} />
      )}
    </Card>
  )
}
