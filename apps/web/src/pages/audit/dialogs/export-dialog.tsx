import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { get, pathOf } from '../../../api/client.ts'
import { SelectField } from '../../../ui/controls/fields.tsx'
import { Dialog, DialogButtons } from '../../../ui/dialogs/dialog.tsx'
import { Problem } from '../../../ui/problems/problem.tsx'
import { Spinner } from '../../../ui/status/spinner.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import type { AuditQuery } from '../filter/filter-query.ts'
import { totalText } from '../histogram/bars.ts'
import styles from './dialogs.module.css'

const formats = [
  { value: 'ndjson', label: 'NDJSON, for verification' },
  { value: 'csv', label: 'CSV, for spreadsheets' },
  { value: 'ocsf', label: 'OCSF, for a SIEM' },
]

interface ExportDialogProps {
  readonly query: AuditQuery
  readonly text: string
  /** Milliseconds since the epoch. The export ends at this time, unless the filter has an end. */
  readonly loadedAt: number
  readonly onClose: () => void
}

export function ExportDialog({ query, text, loadedAt, onClose }: ExportDialogProps) {
  const [format, setFormat] = useState('ndjson')
  const boundedQuery = { ...query, to: query.to ?? new Date(loadedAt).toISOString() }
  const count = useQuery({
    queryKey: ['audit', 'export', boundedQuery],
    queryFn: ({ signal }) =>
      get(
        '/audit/histogram',
        { query: { ...boundedQuery, from: boundedQuery.from ?? '1970-01-01T00:00:00Z', buckets: 2 } },
        signal,
      ),
    staleTime: Number.POSITIVE_INFINITY,
  })
  return (
    <Dialog title="Export events" isOpen onClose={onClose}>
      {count.isPending && <Spinner label="Counting the events" />}
      {count.error && <Problem error={count.error} retry={() => void count.refetch()} />}
      {count.data && (
        <>
          <p>
            The file will contain <strong>{totalText(count.data)}</strong>, oldest first:
          </p>
          <dl className={styles.facts}>
            <dt>From</dt>
            <dd>{boundedQuery.from ?? 'the first event'}</dd>
            <dt>To</dt>
            <dd>{boundedQuery.to}</dd>
            <dt>Filter</dt>
            <dd>{text === '' ? 'none' : <VisibleText>{text}</VisibleText>}</dd>
            <dt>Times</dt>
            <dd>in UTC</dd>
          </dl>
          <p>The audit log records this export with your name, its filters, its number of events, and its SHA-256.</p>
        </>
      )}
      <SelectField label="Format" value={format} onChange={setFormat} options={formats} />
      <DialogButtons>
        <a className={styles.action} href={pathOf('/audit/export', { query: { ...boundedQuery, format } })} download>
          Export
        </a>
      </DialogButtons>
    </Dialog>
  )
}
