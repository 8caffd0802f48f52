import { useInfiniteQuery } from '@tanstack/react-query'
import { remove } from '../../../api/client.ts'
import { Button } from '../../../ui/controls/button.tsx'
import { ConfirmDialog } from '../../../ui/dialogs/confirm-dialog.tsx'
import { deviceName } from '../../../ui/text/device-name.ts'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import { Time } from '../../../ui/time/time.tsx'
import { usePeopleSearch } from '../address/use-people-search.ts'
import { listQuery, type RowOf } from '../lists/list-query.ts'
import { PanelList } from '../panel/panel-list.tsx'

type Session = RowOf<'/sessions'>

export function UserSessions({ user }: { readonly user: string }) {
  const { search, openDialog, closeDialog } = usePeopleSearch()
  const list = useInfiniteQuery(listQuery('/sessions', { user }))
  const sessions = list.data?.pages.flatMap(({ items }) => items).filter(isOpen) ?? []
  const sessionToRevoke = sessions.find(({ id }) => id === search.item)
  return (
    <>
      <PanelList title="Open sessions" loading="Loading the sessions" list={list} rows={sessions}>
        {(session) => (
          <>
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
          </>
        )}
      </PanelList>
      {search.dialog === 'revoke-session' && sessionToRevoke && (
        <ConfirmDialog
          title={`Revoke this session of ${sessionToRevoke.user.email}?`}
          submit="Revoke the session"
          cancel="Keep it"
          change={() => remove('/sessions/{id}', { id: sessionToRevoke.id })}
          done="The session was revoked."
          onClose={closeDialog}
        >
          <p>
            Within a second, <VisibleText>{deviceName(sessionToRevoke.device)}</VisibleText> is logged out, and its open
            streams are closed.
          </p>
        </ConfirmDialog>
      )}
    </>
  )
}

function LastUse({ session: { rack, lastUsedAt, lastUsedFrom } }: { readonly session: Session }) {
  return (
    <span className="soft">
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
