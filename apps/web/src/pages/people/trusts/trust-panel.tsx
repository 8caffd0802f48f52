import { useQuery } from '@tanstack/react-query'
import { can } from '../../../api/can.ts'
import { get, remove } from '../../../api/client.ts'
import { useMe } from '../../../api/queries.ts'
import { Button } from '../../../ui/button.tsx'
import { ConfirmDialog } from '../../../ui/confirm-dialog.tsx'
import { Facts } from '../../../ui/facts.tsx'
import { Time } from '../../../ui/time.tsx'
import { LoadingPanel, Panel, PanelPart } from '../panel/panel.tsx'
import { SubjectRoles } from '../panel/subject-roles.tsx'
import { UserName } from '../panel/user-name.tsx'
import { usePeopleSearch } from '../use-people-search.ts'
import { ConditionText } from './condition-text.tsx'
import { JobList } from './job-list.tsx'
import { TrustState } from './trust-state.tsx'
import styles from './trusts.module.css'

export function TrustPanel({ id }: { readonly id: string }) {
  const me = useMe()
  const { search, openDialog, closeDialog } = usePeopleSearch()
  const query = useQuery({
    queryKey: ['/trusts', id],
    queryFn: ({ signal }) => get('/trusts/{id}', { id }, signal),
  })
  return (
    <LoadingPanel query={query}>
      {(trust) => (
        <Panel
          title={trust.name}
          actions={
            trust.revokedAt === null && (
              <Button kind="danger" onPress={() => openDialog('revoke')}>
                Revoke
              </Button>
            )
          }
        >
          <Facts
            facts={[
              ['State', <TrustState revokedAt={trust.revokedAt} />],
              ['Issuer', trust.issuer],
              ['Audience', trust.audience],
              ['Sessions', `at most ${Math.round(trust.maxAgeSeconds / 60)} minutes`],
              [
                'Created',
                <>
                  <Time at={trust.createdAt} /> by <UserName id={trust.createdBy} />
                </>,
              ],
              trust.revokedAt === null ? null : ['Revoked', <Time at={trust.revokedAt} />],
            ]}
          />
          <PanelPart title="Conditions (a job must meet all of them)">
            <ul className={styles.conditions}>
              {trust.conditions.map((condition) => (
                <li key={JSON.stringify(condition)}>
                  <ConditionText condition={condition} />
                </li>
              ))}
            </ul>
          </PanelPart>
          <SubjectRoles kind="trust" id={id} name={trust.name} grants={trust.grants} />
          {can(me, 'gateway:session:write') && <JobList trust={id} />}
          {search.dialog === 'revoke' && (
            <ConfirmDialog
              title={`Revoke the trust ${trust.name}?`}
              submit="Revoke the trust"
              cancel="Keep it"
              change={() => remove('/trusts/{id}', { id })}
              done={`The trust ${trust.name} was revoked.`}
              onClose={closeDialog}
            >
              <p>
                Within a second, every job that the trust admitted is rejected, and the open streams of these jobs are
                closed. This cannot be undone.
              </p>
            </ConfirmDialog>
          )}
        </Panel>
      )}
    </LoadingPanel>
  )
}
