import { useInfiniteQuery } from '@tanstack/react-query'
import { remove } from '../../../api/client.ts'
import { Button } from '../../../ui/button.tsx'
import { deviceName } from '../../../ui/device-name.ts'
import { Problem } from '../../../ui/problem.tsx'
import { Spinner } from '../../../ui/spinner.tsx'
import { Time } from '../../../ui/time.tsx'
import { VisibleText } from '../../../ui/visible-text.tsx'
import { ConfirmDialog } from '../forms/confirm-dialog.tsx'
import { listQuery, type RowOf } from '../lists/list-query.ts'
import styles from '../panel/grant-list.module.css'
import { PanelPart } from '../panel/panel.tsx'
import { usePeopleSearch } from '../use-people-search.ts'

type Session = RowOf<'/sessions'>

/** The open sessions of a user, each with its device. */
export function UserSessions({ user }: { readonly user: string }) {
  const { search, openDialog, closeDialog } = usePeopleSearch()
  const list = useInfiniteQuery(listQuery('/sessions', { user }))
  const sessions = list.data?.pages.flatMap(({ items }) => items).filter(isOpen) ?? []
  const revoked = sessions.find(({ id }) => id === search.item)
  return (
    <PanelPart title="Open sessions">
      {list.error && <Problem error={list.error} />}
      {list.isPending && <Spinner label="Loading the sessions" />}
      {list.data && sessions.length === 0 && <p className={styles.empty}>None.</p>}
      <ul className={styles.list}>
        {sessions.map((session) => (
          <li key={session.id}>
            <span>
              <span title={session.device}>
                <VisibleText>{deviceName(session.device)}</VisibleText>
              </span>
              <LastUse session={session} />
            </span>
            <Button
              kind="quiet"
              aria-label={`Revoke the session of ${deviceName(session.device)}`}
              onPress={() => openDialog('revoke-session', session.id)}
            >
              Revoke
            </Button>
          </li>
        ))}
      </ul>
      {list.hasNextPage && (
        <Button isPending={list.isFetchingNextPage} onPress={() => void list.fetchNextPage()}>
          Show more
        </Button>
      )}
      {search.dialog === 'revoke-session' && revoked && (
        <ConfirmDialog
          title={`Revoke this session of ${revoked.user.email}?`}
          submit="Revoke the session"
          cancel="Keep it"
          change={() => remove('/sessions/{id}', { id: revoked.id })}
          done="The session was revoked."
          onClose={closeDialog}
        >
          <p>
            Within a second, <VisibleText>{deviceName(revoked.device)}</VisibleText> is logged out, and its open streams
            are closed.
          </p>
        </ConfirmDialog>
      )}
    </PanelPart>
  )
}

function LastUse({ session: { rack, lastUsedAt, lastUsedFrom } }: { readonly session: Session }) {
  return (
    <span className={styles.reason}>
      {rack !== null && (
        <>
          {' · rack '}
          <VisibleText>{rack}</VisibleText>
        </>
      )}
      {lastUsedAt === null ? (
        ' · never used'
      ) : (
        <>
          {' · used '}
          <Time at={lastUsedAt} kind="relative" />
        </>
      )}
      {lastUsedFrom !== null && (
        <>
          {' from '}
          <VisibleText>{lastUsedFrom}</VisibleText>
        </>
      )}
    </span>
  )
}

function isOpen({ endedAt, expiresAt }: Session): boolean {
  return endedAt === null && Date.parse(expiresAt) > Date.now()
}
