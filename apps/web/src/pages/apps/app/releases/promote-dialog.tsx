import { useQuery } from '@tanstack/react-query'
import type { Release } from '../../../../api/rack-data/readers.ts'
import { FormDialog } from '../../../../ui/dialogs/form-dialog.tsx'
import { Stack } from '../../../../ui/layout/stack.tsx'
import { Spinner } from '../../../../ui/status/spinner.tsx'
import { VisibleText } from '../../../../ui/text/visible-text.tsx'
import { Time } from '../../../../ui/time/time.tsx'
import { useApp } from '../address/use-app.ts'
import { useItemChanges } from '../items/use-item-changes.ts'
import { releasesQuery } from './release-queries.ts'
import { skippedReleases, skippedText } from './skipped-releases.ts'
import type { PromotionKind } from './use-promotion.ts'

interface PromoteDialogProps {
  readonly release: Release
  readonly kind: PromotionKind
  /** Empty if no release runs. */
  readonly runningId: string
  readonly onConfirm: () => void
  readonly onClose: () => void
}

/** The gateway says of at most this many releases who promoted them. */
const maxReleases = 100

/** Asks before a release is promoted or rolled back to, and names the newer releases that will not run. */
export function PromoteDialog({ release, kind, runningId, onConfirm, onClose }: PromoteDialogProps) {
  const { rack, app } = useApp()
  const action = kind === 'roll-back' ? 'Roll back' : 'Promote'
  const title =
    kind === 'roll-back'
      ? `Roll back ${app} on ${rack} to ${release.id}?`
      : `Promote ${release.id} of ${app} on ${rack}?`
  return (
    <FormDialog
      title={title}
      submit={action}
      cancel="Keep the running release"
      change={{ isPending: false, error: null }}
      onSubmit={onConfirm}
      onClose={onClose}
    >
      <p>
        {runningId === '' ? (
          'No release runs now. '
        ) : (
          <>
            <VisibleText as="code">{runningId}</VisibleText> runs now, and will be replaced.{' '}
          </>
        )}
        <VisibleText as="code">{release.id}</VisibleText>
        {release.created === null ? (
          ' has no creation time.'
        ) : (
          <>
            {' was created '}
            <Time at={release.created} kind="relative" />.
          </>
        )}
      </p>
      <Skipped chosen={release} runningId={runningId} />
    </FormDialog>
  )
}

function Skipped({ chosen, runningId }: { readonly chosen: Release; readonly runningId: string }) {
  const { rack, app } = useApp()
  const releases = useQuery(releasesQuery(rack, app, maxReleases))
  const changes = useItemChanges({ release: releases.data?.map(({ id }) => id) ?? [] })
  const error = releases.error ?? changes.error
  if (error)
    return (
      <p role="status">
        Which newer releases this skips is not known: <VisibleText>{error.message}</VisibleText>
      </p>
    )
  if (releases.data === undefined || (changes.data === undefined && releases.data.length > 0))
    return <Spinner label="Looking for newer releases" />
  const promoted = new Set(changes.data?.releases.flatMap((one) => (one.promoted === null ? [] : [one.release])))
  const isPartial = releases.data.length >= maxReleases
  const sentences = skippedText(skippedReleases(releases.data, { chosen, runningId, promoted }), isPartial)
  if (sentences.length === 0) return <p>No other release is newer.</p>
  return (
    <Stack gap={1}>
      {sentences.map((sentence) => (
        <p key={sentence}>
          <VisibleText>{sentence}</VisibleText>
        </p>
      ))}
      <p className="hint">The gateway knows only promotions that went through it.</p>
    </Stack>
  )
}
