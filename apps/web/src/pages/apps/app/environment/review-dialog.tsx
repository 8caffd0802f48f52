import type { Release } from '../../../../api/rack-data/readers.ts'
import { Button } from '../../../../ui/controls/button.tsx'
import { Dialog, DialogButtons } from '../../../../ui/dialogs/dialog.tsx'
import { Problem } from '../../../../ui/problems/problem.tsx'
import { SlowNotice } from '../../../../ui/problems/slow-notice.tsx'
import { VisibleText } from '../../../../ui/text/visible-text.tsx'
import { useApp } from '../address/use-app.ts'
import { ReleasesChanged } from '../releases/seen-releases.ts'
import { environmentDifference } from '../variables/env-difference.ts'
import { applyEdits, misreadKey } from '../variables/env-text.ts'
import { KeyDifferences } from '../variables/key-differences.tsx'
import type { Draft } from './use-draft.ts'
import { useNewRelease } from './use-new-release.ts'

interface ReviewDialogProps {
  readonly release: Release
  /** The ID of the running release; empty if no release runs. */
  readonly runningId: string
  readonly draft: Draft
}

export function ReviewDialog({ release, runningId, draft }: ReviewDialogProps) {
  const { rack } = useApp()
  const { edits, setReviewing, finish } = draft
  const env = applyEdits(release.env, edits)
  const misread = misreadKey(release.env, edits)
  const { create, readAgain, isPending, error } = useNewRelease({ newestId: release.id, runningId }, finish)
  return (
    <Dialog title="Review changes" isOpen onClose={() => setReviewing(false)} width="wide">
      <p>
        Compared with <VisibleText>{release.id}</VisibleText>:
      </p>
      <KeyDifferences differences={environmentDifference(release.env, env)} />
      {misread !== null && (
        <Problem
          error={
            new Error(
              `This environment is ambiguous: the rack would read another value of ${misread}, because a line can look like a part of the value above it. Change the value, or use convox env set.`,
            )
          }
        />
      )}
      {error instanceof ReleasesChanged ? (
        <Problem error={error} action={<Button onPress={readAgain}>Keep my changes, and compare again</Button>} />
      ) : (
        error && <Problem error={error} />
      )}
      <p>A new release gets these variables. It runs only after you promote it.</p>
      <DialogButtons>
        <Button onPress={() => setReviewing(false)}>Cancel</Button>
        <Button
          kind="primary"
          isDisabled={misread !== null || error instanceof ReleasesChanged}
          isPending={isPending}
          onPress={() => create(env)}
        >
          Create a release
        </Button>
      </DialogButtons>
      {isPending && <SlowNotice rack={rack} />}
    </Dialog>
  )
}
