import { useState } from 'react'
import { post } from '../../../api/client.ts'
import { Button } from '../../../ui/controls/button.tsx'
import { SelectField } from '../../../ui/controls/fields.tsx'
import { Card } from '../../../ui/layout/card.tsx'
import { Row } from '../../../ui/layout/row.tsx'
import { Problem } from '../../../ui/problems/problem.tsx'
import { announce } from '../../../ui/status/announce.tsx'
import { ImpactResult } from './impact-result.tsx'
import { useNewestResult } from './use-newest-result.ts'

const ranges = [
  { value: '24h', label: 'the last 24 hours' },
  { value: '7d', label: 'the last 7 days' },
  { value: '30d', label: 'the last 30 days' },
] as const

/** A study takes a while and is an audit event, so only the button starts it. */
export function ImpactStudy({ document }: { readonly document: string }) {
  const [since, setSince] = useState('30d')
  const study = useNewestResult(
    (range: string, signal) => post('/policy/impact', { body: { document, since: range } }, signal),
    ({ allowed, denied }) => announce(`Newly allowed calls: ${allowed}. Newly denied calls: ${denied}.`),
  )
  return (
    <Card title="Impact on recorded calls">
      <p>
        The gateway evaluates recorded calls again, under the policy in force and under this document. The study takes
        up to 40 seconds. The audit log records the study, with the SHA-256 of the document.
      </p>
      <Row gap={3}>
        <SelectField isInline label="Calls from" value={since} onChange={setSince} options={ranges} />
        <Button isPending={study.isPending} onPress={() => study.ask(since)}>
          Evaluate recorded calls
        </Button>
      </Row>
      {study.error && <Problem error={study.error} retry={() => study.ask(since)} />}
      {study.result && <ImpactResult impact={study.result} />}
    </Card>
  )
}
