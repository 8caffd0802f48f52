import type { PolicyCheck } from '@rack-gateway/gateway-api'
import { useQuery } from '@tanstack/react-query'
import { useRef } from 'react'
import { can } from '../../../api/can.ts'
import { post } from '../../../api/client.ts'
import { policyQuery } from '../../../api/policy-queries.ts'
import { useMe } from '../../../api/queries.ts'
import { CommandLine } from '../../../ui/controls/command-line.tsx'
import { LineDifference } from '../../../ui/difference/line-difference.tsx'
import { Card } from '../../../ui/layout/card.tsx'
import { Problem } from '../../../ui/problems/problem.tsx'
import { announce } from '../../../ui/status/announce.tsx'
import { Badge } from '../../../ui/status/badge.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import { ImpactStudy } from './impact-study.tsx'
import { PolicyProblems } from './policy-problems.tsx'
import styles from './proposal.module.css'
import { ProposalForm } from './proposal-form.tsx'
import { useProposal } from './proposal-store.ts'
import { offsetOf } from './text-position.ts'
import { useNewestResult } from './use-newest-result.ts'

export function ProposalTab() {
  const me = useMe()
  const text = useProposal()
  const field = useRef<HTMLTextAreaElement>(null)
  const check = useNewestResult(
    (document: string, signal) => post('/policy/check', { body: { document } }, signal),
    ({ valid, problems }) =>
      announce(valid ? 'The document is valid.' : `The document is not valid. Problems: ${problems.length}.`),
  )

  function showPosition(line: number, column: number) {
    const at = offsetOf(text, line, column)
    field.current?.focus()
    field.current?.setSelectionRange(at, at)
  }

  // A result about an earlier text is not shown.
  const checked = check.result !== undefined && check.askedValues === text ? check.result : null
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
        that begin afterwards. Open WebSockets that it no longer allows end within a second.
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

const effects = [
  { effect: 'allows', title: 'Newly allowed', tone: 'allow' },
  { effect: 'denies', title: 'Newly denied', tone: 'deny' },
  { effect: 'changes', title: 'Changed', tone: 'warn' },
] as const

/** The changes are differences in meaning, not in text. */
function PolicyChanges({ check: { changes, more } }: { readonly check: PolicyCheck }) {
  return (
    <Card title="Differences from the policy in force">
      {changes.length === 0 && <p>This document has the same effect as the one in force.</p>}
      {effects.map(({ effect, title, tone }) => {
        const found = changes.filter((change) => change.effect === effect)
        if (found.length === 0) return null
        return (
          <section key={effect} className={styles.group}>
            <h3>
              <Badge tone={tone}>{title}</Badge>
            </h3>
            <ul className={styles.list}>
              {found.map(({ role, what }) => (
                <li key={`${role} ${what}`}>
                  <strong>{role === null ? 'everyone' : <VisibleText>{role}</VisibleText>}</strong>{' '}
                  <VisibleText>{what}</VisibleText>
                </li>
              ))}
            </ul>
          </section>
        )
      })}
      {more > 0 && <p>Further differences: {more}. The command rack-gateway policy diff prints all of them.</p>}
    </Card>
  )
}
