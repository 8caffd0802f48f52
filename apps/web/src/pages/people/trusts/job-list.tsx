import { useInfiniteQuery } from '@tanstack/react-query'
import { remove } from '../../../api/client.ts'
import { Button } from '../../../ui/controls/button.tsx'
import { ConfirmDialog } from '../../../ui/dialogs/confirm-dialog.tsx'
import { Badge } from '../../../ui/status/badge.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import { Time } from '../../../ui/time/time.tsx'
import { usePeopleSearch } from '../address/use-people-search.ts'
import { listQuery, type RowOf } from '../lists/list-query.ts'
import { PanelList } from '../panel/panel-list.tsx'

type Job = RowOf<'/workload-sessions'>

/** The API lists a job until a week after its session expires. */
export function JobList({ trust }: { readonly trust: string }) {
  const { search, openDialog, closeDialog } = usePeopleSearch()
  const list = useInfiniteQuery(listQuery('/workload-sessions', { trust }))
  const jobs = list.data?.pages.flatMap(({ items }) => items) ?? []
  const jobToRevoke = jobs.find(({ id }) => id === search.item)
  return (
    <>
      <PanelList title="Sessions of jobs" loading="Loading the sessions of jobs" list={list} rows={jobs}>
        {(job) => (
          <>
            <span>
              <VisibleText>{job.name}</VisibleText>
              <span className="soft">
                {' · '}
                <Time at={job.createdAt} kind="relative" />
              </span>
            </span>
            {isOpen(job) ? (
              <Button
                kind="quiet"
                aria-label={`Revoke the session of ${job.name}`}
                onPress={() => openDialog('revoke-job', job.id)}
              >
                Revoke
              </Button>
            ) : (
              <Badge tone="neutral">Ended</Badge>
            )}
          </>
        )}
      </PanelList>
      {search.dialog === 'revoke-job' && jobToRevoke && (
        <ConfirmDialog
          title="Revoke the session of this job?"
          submit="Revoke the session"
          cancel="Keep it"
          change={() => remove('/workload-sessions/{id}', { id: jobToRevoke.id })}
          done="The session of the job was revoked."
          onClose={closeDialog}
        >
          <p>
            Within a second, <VisibleText>{jobToRevoke.name}</VisibleText> is rejected, and its open streams are closed.
          </p>
        </ConfirmDialog>
      )}
    </>
  )
}

function isOpen({ endedAt, expiresAt }: Job): boolean {
  return endedAt === null && Date.parse(expiresAt) > Date.now()
}
