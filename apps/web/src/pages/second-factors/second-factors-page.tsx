import { queryOptions, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { get } from '../../api/client.ts'
import { Frame } from '../../ui/layout/frame.tsx'
import { Page } from '../../ui/layout/page.tsx'
import { LoginLink } from '../../ui/navigation/login-link.tsx'
import { usePageSearch } from '../../ui/navigation/page-search.ts'
import { Problem } from '../../ui/problems/problem.tsx'
import { Spinner } from '../../ui/status/spinner.tsx'
import { AddAppDialog } from './add-app-dialog.tsx'
import { AddPasskeyDialog } from './add-passkey-dialog.tsx'
import { BackupCodes } from './backup-codes.tsx'
import { CodesDialog } from './codes-dialog.tsx'
import { FactorList } from './factor-list.tsx'
import { type FactorsSearch, otherTab } from './factors-search.ts'
import { RemoveFactorDialog } from './remove-factor-dialog.tsx'
import { RenameFactorDialog } from './rename-factor-dialog.tsx'
import { Requirement } from './requirement.tsx'

export default function SecondFactorsPage() {
  const { search, openDialog, closeDialog } = usePageSearch<FactorsSearch>()
  const factors = useQuery(ownFactorsQuery)
  const settings = useQuery(factorSettingsQuery)
  const backup = useQuery(backupCodesQuery)
  const [codes, setCodes] = useState<readonly string[] | null>(null)
  const error = factors.error ?? settings.error ?? backup.error
  const retry = () => void Promise.all([factors.refetch(), settings.refetch(), backup.refetch()])
  const chosen = factors.data?.find(({ id }) => id === search.item)
  return (
    <Page
      title="Second factors"
      summary="A second factor proves that it is you. A few actions need it, so that a stolen token alone cannot do them."
    >
      {search.from !== undefined && factors.data !== undefined && factors.data.length > 0 && (
        <Frame as="p" tone="accent">
          You have a second factor now. <ReturnLink from={search.from} />
        </Frame>
      )}
      {error && <Problem error={error} retry={retry} />}
      {!error && !(factors.data && settings.data && backup.data) && <Spinner label="Loading your second factors" />}
      {factors.data && settings.data && backup.data && (
        <>
          <Requirement settings={settings.data} hasFactor={factors.data.length > 0} />
          {!settings.data.freshLogin && <OldLogin hasFactor={factors.data.length > 0} />}
          <FactorList factors={factors.data} settings={settings.data} onOpen={openDialog} />
          {factors.data.length > 0 && (
            <BackupCodes
              status={backup.data}
              isAsking={search.dialog === 'backup-codes'}
              onAsk={() => openDialog('backup-codes')}
              onClose={closeDialog}
              onCodes={(created) => {
                setCodes(created)
                closeDialog()
              }}
            />
          )}
          {search.dialog === 'passkey' && settings.data.passkeys && (
            <AddPasskeyDialog onCodes={setCodes} onClose={closeDialog} />
          )}
          {search.dialog === 'totp' && <AddAppDialog onCodes={setCodes} onClose={closeDialog} />}
          {search.dialog === 'rename' && chosen && <RenameFactorDialog factor={chosen} onClose={closeDialog} />}
          {search.dialog === 'remove' && chosen && (
            <RemoveFactorDialog factor={chosen} isLast={factors.data.length === 1} onClose={closeDialog} />
          )}
        </>
      )}
      {codes && <CodesDialog codes={codes} onClose={() => setCodes(null)} />}
    </Page>
  )
}

function ReturnLink({ from }: { readonly from: string }) {
  if (from === otherTab) return 'Go back to the tab that you came from: the action continues there.'
  return <a href={from}>{from.startsWith('/gateway/step-up') ? 'Continue with the request' : 'Go back to your page'}</a>
}

/** A thief who found an open browser, or who got a code by phishing, must not be able to add a factor. */
function OldLogin({ hasFactor }: { readonly hasFactor: boolean }) {
  return (
    <Frame gap={2} tone="accent">
      <p>
        {hasFactor
          ? 'Your login is older than five minutes, so you can change your second factors only with a passkey. To use a code instead, log in again.'
          : 'You can add your first factor only within five minutes of a login, so that someone who finds this browser open cannot add one of their own.'}{' '}
        After you log in, you come back here.
      </p>
      <p>
        <LoginLink />
      </p>
    </Frame>
  )
}

/** A person has few second factors: one page lists them all. */
const ownFactorsQuery = queryOptions({
  queryKey: ['second-factors', 'me'],
  queryFn: ({ signal }) =>
    get('/second-factors', { query: { user: 'me', limit: 200 } }, signal).then(({ items }) => items),
})

const factorSettingsQuery = queryOptions({
  queryKey: ['second-factors', 'settings'],
  queryFn: ({ signal }) => get('/second-factors/settings', {}, signal),
})

const backupCodesQuery = queryOptions({
  queryKey: ['second-factors', 'backup-codes'],
  queryFn: ({ signal }) => get('/second-factors/backup-codes', {}, signal),
})
