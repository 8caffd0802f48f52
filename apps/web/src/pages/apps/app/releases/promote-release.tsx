import { useQuery } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { useAllowed } from '../../../../api/rack-data/allowed.ts'
import type { App, Release } from '../../../../api/rack-data/readers.ts'
import { Button } from '../../../../ui/controls/button.tsx'
import { Stack } from '../../../../ui/layout/stack.tsx'
import { Problem } from '../../../../ui/problems/problem.tsx'
import { SlowNotice } from '../../../../ui/problems/slow-notice.tsx'
import { VisibleText } from '../../../../ui/text/visible-text.tsx'
import { useApp } from '../address/use-app.ts'
import { ItemLink } from '../items/item-link.tsx'
import { PromoteDialog } from './promote-dialog.tsx'
import { newestReleaseQuery } from './release-queries.ts'
import type { ReleaseState } from './release-state.ts'
import type { Promotion, PromotionKind } from './use-promotion.ts'

interface PromoteReleaseProps {
  readonly release: Release
  readonly app: App
  readonly state: ReleaseState
  readonly promotion: Promotion
}

/** The button that promotes the release, or rolls back to it. */
export function PromoteRelease({ release, app, state, promotion }: PromoteReleaseProps) {
  const { rack, app: name } = useApp()
  const isAllowed = useAllowed(rack, name)
  const { start, targetId, isPending, isSuccess, error } = promotion
  const hint = useId()
  const [isAsking, setAsking] = useState(false)
  const newest = useQuery({ ...newestReleaseQuery(rack, name), enabled: isAllowed('GET /apps/{app}/releases') })
  const kind: PromotionKind = state === 'older' ? 'roll-back' : 'promote'
  // A promotion of the newest release skips nothing.
  const mustAsk = kind === 'roll-back' || newest.data?.[0]?.id !== release.id
  const promote = () => start({ release, kind, runningId: app.release })
  const canPromote = isAllowed('POST /apps/{app}/releases/{id}/promote')
  const isOffered = canPromote && (kind === 'promote' || isAllowed('POST /apps/{app}/releases'))
  const problem = error && (
    <Problem
      error={error}
      action={
        kind === 'roll-back' &&
        targetId !== null && (
          <span>
            The new release <ItemLink tab="releases" id={targetId} /> was created, but it does not run.
          </span>
        )
      }
    />
  )
  // A call can fail although the rack carried it out, so the error stays even if the release now runs.
  if (!isOffered || isSuccess || (state !== 'newer' && state !== 'older')) return problem
  return (
    <Stack gap={3}>
      {problem}
      <p id={hint}>
        {app.status === 'updating' ? 'The app is being updated. Refresh the page when it is done.' : hints[kind]}
      </p>
      <div>
        <Button
          kind="primary"
          aria-describedby={hint}
          isDisabled={app.status === 'updating'}
          isPending={isPending}
          onPress={() => (mustAsk ? setAsking(true) : promote())}
        >
          <VisibleText>{`${kind === 'promote' ? 'Promote' : 'Roll back to'} ${release.id}`}</VisibleText>
        </Button>
      </div>
      {isAsking && (
        <PromoteDialog
          release={release}
          kind={kind}
          runningId={app.release}
          onConfirm={() => {
            setAsking(false)
            promote()
          }}
          onClose={() => setAsking(false)}
        />
      )}
      {isPending && <SlowNotice rack={rack} advice="A promotion can take minutes. Keep this page open." />}
    </Stack>
  )
}

const hints: Readonly<Record<PromotionKind, string>> = {
  promote: 'The rack replaces the processes of the app with processes of this release.',
  'roll-back':
    'Like convox releases rollback, this button creates a release with the same build and environment, and promotes the new release.',
}
