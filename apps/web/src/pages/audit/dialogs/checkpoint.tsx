import { queryOptions, useQuery } from '@tanstack/react-query'
import { get } from '../../../api/client.ts'
import { CopyButton } from '../../../ui/controls/copy-button.tsx'
import { Dialog } from '../../../ui/dialogs/dialog.tsx'
import { Problem } from '../../../ui/problems/problem.tsx'
import { Badge, type Tone } from '../../../ui/status/badge.tsx'
import { Spinner } from '../../../ui/status/spinner.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import { Time } from '../../../ui/time/time.tsx'
import styles from './dialogs.module.css'
import { PinnedKey } from './pinned-key.tsx'

export const checkpointQuery = queryOptions({
  queryKey: ['audit', 'checkpoint'],
  queryFn: ({ signal }) => get('/audit/checkpoint', {}, signal),
})

export function CheckpointDialog({ onClose }: { readonly onClose: () => void }) {
  const { data, error, refetch } = useQuery(checkpointQuery)
  return (
    <Dialog title="Signatures of the audit log" isOpen onClose={onClose} width="wide">
      {error && <Problem error={error} retry={() => void refetch()} />}
      {!data && !error && <Spinner />}
      {data && (
        <>
          <p>
            {data.late
              ? 'The next checkpoint is overdue, so newer events are not signed yet. An administrator should check the gateway.'
              : 'Each new event is signed by a checkpoint within a minute.'}{' '}
            {data.waiting.toLocaleString()} {data.waiting === 1 ? 'event waits' : 'events wait'} for the next
            checkpoint.
          </p>
          {data.checkpoint && (
            <dl className={styles.facts}>
              <dt>Newest checkpoint</dt>
              <dd>
                {data.checkpoint.number.toLocaleString()}, <Time at={data.checkpoint.at} />
              </dd>
              <dt>Signed</dt>
              <dd>
                {counted(data.checkpoint.events, 'event')} of {counted(data.checkpoint.streams, 'stream')}
              </dd>
              <dt>Hash</dt>
              <dd>
                <code>{data.checkpoint.hash}</code>
              </dd>
              <dt>Key</dt>
              <dd className={styles.copied}>
                <code>{data.checkpoint.key}</code> <CopyButton text={data.checkpoint.key} what="The key" />
              </dd>
            </dl>
          )}
          <PinnedKey newestKey={data.checkpoint?.key ?? null} />
          <h3>Copies outside the database</h3>
          {data.copies.length === 0 ? (
            <p className="soft">
              No copies are made. To make copies, set AUDIT_CHECKPOINT_DIR, AUDIT_CHECKPOINT_S3, or
              AUDIT_CHECKPOINT_WEBHOOK.
            </p>
          ) : (
            <ul className={styles.copies}>
              {data.copies.map(({ place, number, state }) => (
                <li key={place}>
                  <Badge tone={tones[state] ?? 'neutral'}>{state}</Badge> <VisibleText>{place}</VisibleText>, up to
                  checkpoint {number.toLocaleString()}
                </li>
              ))}
            </ul>
          )}
        </>
      )}
    </Dialog>
  )
}

function counted(number: number, noun: string): string {
  return `${number.toLocaleString()} ${noun}${number === 1 ? '' : 's'}`
}

const tones: Readonly<Record<string, Tone>> = { current: 'allow', behind: 'warn', failing: 'deny', different: 'deny' }
